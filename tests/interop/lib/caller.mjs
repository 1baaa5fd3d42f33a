/** A caller in a process of its own, in any namespace: tests/net/caller.cpp and the scripts in clients/. */

import {fileURLToPath} from 'node:url';
import {LineProcess} from './line_process.mjs';
import {until} from './wait.mjs';

const kPatience = {timeout: 20_000, every: 5};
const kClients = fileURLToPath(new URL('../clients/', import.meta.url));

/** The words that start each kind; it says one tone and listens for another. */
const kPrograms = {
    plain: ({says, listens, addresses}) => [process.env.LEGROOM_CALLER, says, listens, ...addresses],
    aiortc: ({says, listens}) => ['/usr/bin/python3', '-B', `${kClients}aiortc_caller.py`, says, listens],
    gstreamer: ({says, listens}) => ['/usr/bin/python3', '-B', `${kClients}gstreamer_caller.py`, says, listens],
};

export class Caller {
    /** `kind` as above; `addresses` only for the plain one. Resolves when it has its offer and all its candidates. */
    static async start(namespace, kind, {says = 660, listens = 440, addresses = []} = {}) {
        const words = kPrograms[kind]({says, listens, addresses}).map(String);
        const caller = new Caller(kind, namespace.command(...words));
        await caller.#until('an offer', () => caller.#offer);
        return caller;
    }

    legId = null;
    connected = false;
    failure = null;
    #process;
    #server;
    #offer = null;
    #log = [];

    constructor(kind, words) {
        this.name = kind;
        this.#process = new LineProcess(words, {onLine: (line) => this.#take(JSON.parse(line))});
    }

    get pid() {
        return this.#process.pid;
    }

    async tones() {
        return this.#log;
    }

    #take(message) {
        if ('offer' in message) this.#offer = message.offer;
        if ('connected' in message) this.connected = true;
        if ('failed' in message) this.failure = message.failed;
        if ('tone' in message) this.#log.push({at: message.at, on: message.tone});
    }

    /**
     * One offer, one leg, in `room`. These callers gather before they offer, so to trickle is to hold their candidates
     * back. `setup` is what their offer says of DTLS on its way. Resolves when they are connected.
     */
    async call(server, room, {trickle = false, setup = 'actpass'} = {}) {
        const candidates = this.#offer.match(/(?<=^a=)candidate:.*/gm) ?? [];
        let sdp = this.#offer.replaceAll('a=setup:actpass', `a=setup:${setup}`);
        if (trickle) sdp = sdp.replace(/^a=(candidate:.*|end-of-candidates)\r\n/gm, '');

        this.#server = server;
        const postedAt = Date.now();
        const reply = await demand(server, 'POST', '/v1/webrtc/offer', {sdp});
        this.legId = reply.leg_id;
        await demand(server, 'POST', `/v1/rooms/${room}/legs`, {leg_id: this.legId});
        this.#process.write(JSON.stringify({answer: reply.sdp}));
        for (const candidate of trickle ? [...candidates, ''] : []) {
            await demand(server, 'POST', `/v1/legs/${this.legId}/ice-candidates`, {candidate, sdpMid: '0'});
        }
        return {legId: this.legId, postedAt, offer: sdp, answer: reply.sdp};
    }

    async waitUntilConnected() {
        await this.#until('a connection', () => this.connected);
    }

    /** SIGSTOP: from now on it says nothing. */
    freeze() {
        this.#process.kill('SIGSTOP');
    }

    async hangUp() {
        if (this.legId) await this.#server.request('DELETE', `/v1/legs/${this.legId}`);
        this.legId = null;
    }

    async close() {
        this.#process.kill('SIGCONT');
        await this.#process.end();
    }

    async #until(what, condition) {
        await until(`${this.name}: ${what}`, () => {
            if (!this.#process.running) throw new Error(`${this.name} ended: ${this.#process.complaints}`);
            return condition();
        }, kPatience);
    }
}

async function demand(server, method, path, body) {
    const reply = await server.request(method, path, body);
    if (reply.status !== 200) throw new Error(`${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
    return reply.body;
}
