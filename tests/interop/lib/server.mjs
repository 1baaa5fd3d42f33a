/** A Legroom of its own for each test file, on free loopback ports; the program is named by LEGROOM_BINARY. */

import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {createInterface} from 'node:readline';
import {until, within} from './wait.mjs';

const kStartMs = 15_000;
const kStopMs = 10_000;
const kLogLinesKept = 200;

export class Server {
    /** Resolves when the server has said where it listens. `binary`: something that runs it. */
    static async start(environment = {}, binary = process.env.LEGROOM_BINARY) {
        if (!binary) throw new Error('set LEGROOM_BINARY to the legroom program');
        const server = new Server(
            spawn(binary, [], {
                env: {...process.env, HTTP_ADDR: '127.0.0.1:0', RTP_PORT_MIN: '0', ...environment},
                stdio: ['ignore', 'pipe', 'pipe'],
            }),
        );
        try {
            server.origin = await within(kStartMs, 'the start of the server', server.#address());
        } catch (error) {
            server.#process.kill('SIGKILL');
            throw new Error(`${error.message}\n${server.log.join('\n')}`);
        }
        return server;
    }

    origin = '';  ///< http://127.0.0.1:PORT
    log = [];     ///< The last lines of both outputs.
    #process;
    #ended;

    constructor(child) {
        this.#process = child;
        this.#ended = once(child, 'exit');
    }

    #address() {
        return new Promise((resolve, reject) => {
            for (const stream of [this.#process.stdout, this.#process.stderr]) {
                createInterface({input: stream}).on('line', (line) => {
                    this.log.push(line);
                    if (this.log.length > kLogLinesKept) this.log.shift();
                    const found = line.match(/http:\/\/127\.0\.0\.1:\d+(?=\/)/);
                    if (found) resolve(found[0]);
                });
            }
            this.#process.once('error', reject);
            this.#ended.then(([code, signal]) => reject(new Error(`the server ended at once: ${code ?? signal}`)));
        });
    }

    /** Status and JSON body of one request; null for a body that is no JSON. */
    async request(method, path, body) {
        const json = body && {headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)};
        const response = await fetch(this.origin + path, {method, ...json});
        return {status: response.status, body: await response.json().catch(() => null)};
    }

    async legs() {
        return (await this.request('GET', '/v1/legs')).body;
    }

    /** The legs in `room`; [] when there is no such room. */
    async participants(room) {
        const {status, body} = await this.request('GET', `/v1/rooms/${encodeURIComponent(room)}`);
        return status === 200 ? body.participants : [];
    }

    /** Why the leg ended, as the log has it: `api_hangup`, say. Waits for that. */
    async reasonOfEnd(id) {
        const words = new RegExp(`leg\\.disconnected leg=${id} .*\\breason=(\\w+)`);
        const find = () => this.log.map((line) => line.match(words)).find(Boolean);
        return (await until(`the end of leg ${id} in the log`, find))[1];
    }

    /** Ends the server as a service manager would; anything but exit code 0 is an error. */
    async stop() {
        this.#process.kill('SIGTERM');
        const [code, signal] = await within(kStopMs, 'the end of the server', this.#ended).catch((error) => {
            this.#process.kill('SIGKILL');
            throw error;
        });
        if (code !== 0) throw new Error(`the server ended with ${code ?? signal}:\n${this.log.join('\n')}`);
    }
}
