/** coturn, run with docs/coturn/turnserver.conf as it stands there, but for what it says to change. */

import {mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {LineProcess} from './line_process.mjs';
import {until} from './wait.mjs';

const kConfiguration = new URL('../../../docs/coturn/turnserver.conf', import.meta.url);
const kSecret = 'only-for-this-test';
const kPort = 3478;

export class Relay {
    /** In `namespace`, at `address`, for a Legroom that announces `peer`. Resolves when it listens. */
    static async start(namespace, address, peer) {
        const relay = new Relay();
        relay.#folder = await mkdtemp(join(tmpdir(), 'legroom-coturn-'));
        const file = join(relay.#folder, 'turnserver.conf');
        await writeFile(file, await configuration(peer));
        relay.#process = new LineProcess(namespace.command('turnserver', '-c', file, '--pidfile', `${file}.pid`));
        await until('coturn listens', async () => {
            const listeners = await namespace.run('ss', '--listening', '--tcp', '--numeric', '--no-header');
            return listeners.includes(`${address}:${kPort} `);
        });
        return relay;
    }

    #process;
    #folder;

    /** What Legroom is started with, so that it gives a relay at `address` to its callers over TCP. */
    static environment(address) {
        return {TURN_SECRET: kSecret, CLIENT_ICE_SERVERS: `turn:${address}:${kPort}?transport=tcp`};
    }

    /** What coturn says, line by line. */
    get log() {
        return this.#process.lines;
    }

    async close() {
        this.#process.kill('SIGTERM');
        await this.#process.end();
        await rm(this.#folder, {recursive: true});
    }
}

async function configuration(peer) {
    let text = await readFile(kConfiguration, 'utf8');
    const change = (pattern, line) => {
        if (!pattern.test(text)) throw new Error(`turnserver.conf has no ${pattern}`);
        text = text.replace(pattern, line);
    };
    change(/^static-auth-secret=.*$/m, `static-auth-secret=${kSecret}`);
    change(/^cert=.*\npkey=.*\n/m, '');  // "Without one, take the two lines away."
    change(/^allowed-peer-ip=.*$/m, `allowed-peer-ip=${peer}`);
    return text;
}
