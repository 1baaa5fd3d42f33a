/** Network namespaces without names: each lives as long as this process, so that nothing is ever left behind. */

import {execFile, spawn} from 'node:child_process';
import {chmod, writeFile} from 'node:fs/promises';
import {networkInterfaces} from 'node:os';
import {once} from 'node:events';
import {promisify} from 'node:util';
import {within} from './wait.mjs';

const kStartMs = 10_000;

/** The namespace this process is in; in_own_network made it. */
export class OwnNamespace {
    constructor() {
        const others = Object.entries(networkInterfaces()).filter(([, list]) => list.some(({internal}) => !internal));
        if (others.some(([name]) => name.startsWith('eth'))) throw new Error('run this with in_own_network');
        this.pid = process.pid;
    }

    /** The words that run `command` in here. */
    command(...command) {
        return command;
    }

    get file() {
        return `/proc/${this.pid}/ns/net`;
    }

    /** Runs `command` in here to its end and gives what it printed; a failure throws what it complained of. */
    async run(...command) {
        const [program, ...words] = this.command(...command);
        return (await promisify(execFile)(program, words)).stdout;
    }

    /** Starts `command` in here; see child_process.spawn(). */
    spawn(command, options) {
        const [program, ...words] = this.command(...command);
        return spawn(program, words, options);
    }

    /** Adds an address to an interface and takes that up. IPv6 without waiting for duplicates to object. */
    async address(link, ...addresses) {
        await this.run('ip', 'link', 'set', link, 'up');
        for (const address of addresses) {
            const late = address.includes(':') ? ['nodad'] : [];
            await this.run('ip', 'address', 'add', address, 'dev', link, ...late);
        }
    }

    async defaultRoute(...via) {
        await this.run('ip', ...(via[0].includes(':') ? ['-6'] : []), 'route', 'replace', 'default', 'via', ...via);
    }

    /** A veth cable from `link` here to `otherLink` there. */
    async cable(link, other, otherLink) {
        const ends = ['netns', String(this.pid), 'type', 'veth', 'peer', 'name', otherLink, 'netns', String(other.pid)];
        await this.run('ip', 'link', 'add', link, ...ends);
    }

    /** Loads rules into nft; they replace earlier tables of the same names. */
    async filter(rules) {
        const child = this.spawn(['nft', '-f', '-'], {stdio: ['pipe', 'ignore', 'pipe']});
        child.stdin.end(rules);
        let complaint = '';
        child.stderr.on('data', (text) => (complaint += text));
        const [code] = await once(child, 'close');
        if (code !== 0) throw new Error(`nft: ${complaint}`);
    }

    /** What an interface has sent and received so far: {packetsOut, bytesOut, packetsIn, bytesIn}. */
    async traffic(link) {
        const [{stats64}] = JSON.parse(await this.run('ip', '-json', '-statistics', 'link', 'show', link));
        const {rx, tx} = stats64;
        return {packetsOut: tx.packets, bytesOut: tx.bytes, packetsIn: rx.packets, bytesIn: rx.bytes};
    }

    /** Writes a program at `path` that runs `program` in here, for those who want a path. Returns it. */
    async wrapper(path, program) {
        await writeFile(path, `#!/bin/sh\nexec ${this.command(program).join(' ')} "$@"\n`);
        await chmod(path, 0o755);
        return path;
    }
}

/** One more, with a loopback and nothing else. */
export class Namespace extends OwnNamespace {
    static async create() {
        // cat ends with its input, and that with this process, however it ends.
        const script = 'ip link set lo up && echo ready && exec cat';
        const holder = spawn('unshare', ['--net', 'sh', '-c', script], {stdio: ['pipe', 'pipe', 'inherit']});
        await within(kStartMs, 'a network namespace', once(holder.stdout, 'data'));
        for (const handle of [holder, holder.stdin, holder.stdout]) handle.unref();  // it is nothing to wait for
        return new Namespace(holder);
    }

    #holder;

    constructor(holder) {
        super();
        this.#holder = holder;
        this.pid = holder.pid;
    }

    command(...command) {
        return ['nsenter', `--net=${this.file}`, ...command];
    }

    /** Ends it, once its last process has ended. */
    close() {
        this.#holder.stdin.end();
    }
}
