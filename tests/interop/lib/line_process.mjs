/** A child process that takes lines and prints lines. */

import {spawn} from 'node:child_process';
import {createInterface} from 'node:readline';
import {once} from 'node:events';
import {until, within} from './wait.mjs';

const kEndMs = 10_000;

export class LineProcess {
    lines = [];  ///< What it has printed and nobody has taken.
    complaints = '';
    #child;
    #ended;

    constructor([program, ...words], {onLine, ...options} = {}) {
        this.#child = spawn(program, words, {...options, stdio: ['pipe', 'pipe', 'pipe']});
        this.#ended = once(this.#child, 'exit');
        this.#child.stdin.on('error', () => {});  // it may be gone already
        this.#child.stderr.on('data', (text) => (this.complaints = (this.complaints + text).slice(-4000)));
        createInterface({input: this.#child.stdout}).on('line', onLine ?? ((line) => this.lines.push(line)));
    }

    get pid() {
        return this.#child.pid;
    }

    get running() {
        return this.#child.exitCode === null && this.#child.signalCode === null;
    }

    write(line) {
        this.#child.stdin.write(`${line}\n`);
    }

    kill(signal) {
        this.#child.kill(signal);
    }

    /** Waits for exactly this line, and takes what came before it as well. */
    async line(wanted) {
        await until(`the line "${wanted}"`, () => {
            if (!this.running) throw new Error(`it ended: ${this.complaints}`);
            return this.lines.includes(wanted);
        }, {every: 2});
        this.lines.splice(0, this.lines.indexOf(wanted) + 1);
    }

    /** Closes its input, which is its signal to end, and waits for that. */
    async end() {
        this.#child.stdin.end();
        await within(kEndMs, 'the end of a process', this.#ended).catch(() => this.#child.kill('SIGKILL'));
    }
}
