/** What web/legroom.js does about a server that answers late, in part or not at all: no browser, and time runs faster. */

import assert from 'node:assert/strict';
import {copyFile, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, beforeEach, describe, it} from 'node:test';
import {until} from './lib/wait.mjs';

const kFaster = 50;
const kWaiting = /ice-candidates\?wait=/;

/** AbortSignal.timeout(), with the timers of before() and for a process that waits for nothing else. */
function late(milliseconds) {
    const controller = new AbortController();
    setTimeout(() => controller.abort(new DOMException('late', 'TimeoutError')), milliseconds);
    return controller.signal;
}

/** A peer connection as far as legroom.js uses it; each offer is an ICE session of its own. */
class Peer extends EventTarget {
    connectionState = 'new';
    signalingState = 'stable';
    iceGatheringState = 'complete';
    localDescription = null;
    candidates = [];
    restarts = 0;
    #configuration = {iceTransportPolicy: 'all', iceServers: []};
    #agreed = null;
    #sessions = 0;

    addTransceiver() {}
    restartIce = () => void ++this.restarts;
    getConfiguration = () => ({...this.#configuration});
    setConfiguration = (configuration) => void (this.#configuration = configuration);

    async setLocalDescription({type} = {}) {
        if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
        this.signalingState = type === 'rollback' ? 'stable' : 'have-local-offer';
        const offer = () => ({sdp: `v=0\r\na=ice-ufrag:session${++this.#sessions}\r\n`});
        this.localDescription = type === 'rollback' ? this.#agreed : offer();
    }

    async setRemoteDescription() {
        if (this.signalingState === 'closed') throw new DOMException('closed', 'InvalidStateError');
        this.signalingState = 'stable';
        this.#agreed = this.localDescription;
    }

    async addIceCandidate(candidate) {
        if (candidate === 'bad') throw new DOMException('bad', 'OperationError');
        this.candidates.push(candidate);
    }

    become(state) {
        this.connectionState = state;
        this.dispatchEvent(new Event('connectionstatechange'));
    }

    find(usernameFragment) {
        const candidate = {usernameFragment, toJSON: () => ({usernameFragment})};
        this.dispatchEvent(Object.assign(new Event('icecandidate'), {candidate}));
    }

    close() {
        this.connectionState = this.signalingState = 'closed';
    }
}

const reply = (body, status = 200) => new Response(JSON.stringify(body), {status});
const nothing = (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const brokenOff = () => new Response(new ReadableStream({start: (body) => body.error(new TypeError('broken off'))}));

describe('legroom.js', {timeout: 60_000}, () => {
    const real = {};
    let connect;
    let LegroomCall;
    let requests;   // "METHOD /path" of each, in order
    let rules;      // [pattern, answers]: what is given once each, before the ordinary answer

    before(async () => {
        for (const name of ['fetch', 'setTimeout', 'RTCPeerConnection', 'MediaStream']) real[name] = globalThis[name];
        real.timeout = AbortSignal.timeout;
        globalThis.fetch = async (url, {method, signal}) => answer(`${method} ${url}`, signal);
        globalThis.setTimeout = (call, ms) => real.setTimeout(call, ms / kFaster);
        AbortSignal.timeout = late;
        globalThis.RTCPeerConnection = Peer;
        globalThis.MediaStream = class {};
        const folder = await mkdtemp(join(tmpdir(), 'legroom-'));
        const module = join(folder, 'legroom.mjs');  // node takes no .js for a module
        await copyFile(new URL('../../web/legroom.js', import.meta.url), module);
        ({connect, LegroomCall} = await import(module));
        await rm(folder, {recursive: true});
    });

    after(() => {
        AbortSignal.timeout = real.timeout;
        delete real.timeout;
        Object.assign(globalThis, real);
    });

    beforeEach(() => {
        requests = [];
        rules = [];
    });

    function answer(request, signal) {
        requests.push(request);
        signal.throwIfAborted();
        const rule = rules.find(([pattern, answers]) => pattern.test(request) && answers.length > 0);
        return rule ? rule[1].shift()(signal) : ordinary(request);
    }

    function ordinary(request) {
        if (/ice-servers$/.test(request)) return reply({ice_servers: [{urls: ['turn:relay']}], ttl: 3600});
        if (/offer$/.test(request)) return reply({leg_id: 'leg', sdp: 'answer'});
        if (/GET .*ice-candidates/.test(request)) return reply({candidates: [], done: true});
        return reply({});
    }

    const count = (pattern) => requests.filter((request) => pattern.test(request)).length;
    const asked = (pattern, times = 1) => until(`${pattern}`, () => count(pattern) >= times);
    const kRestart = /POST \/v1\/legs\/leg\/offer/;

    /** A call that has been connected and is not any more. */
    async function lost() {
        const call = await connect({room: 'lobby'});
        call.peer.become('connected');
        call.peer.become('disconnected');
        return call;
    }

    for (const [name, first] of [
        ['has lost its body', brokenOff],
        ['is no JSON', () => new Response('<html>')],
        ['names no leg', () => reply({})],
        ['never comes', nothing],
        ['comes without its body, ever', (signal) => {
            return new Response(new ReadableStream({start: (body) => nothing(signal).catch((error) => body.error(error))}));
        }],
    ]) {
        it(`a restart is tried again when its answer ${name}`, async () => {
            rules.push([kRestart, [first]]);
            const call = await lost();
            await asked(kRestart, 2);
            call.peer.become('connected');
            await call.hangUp();
            assert.equal(requests.at(-1), 'DELETE /v1/legs/leg');
        });
    }

    it('a first offer without an answer fails, and says why', async () => {
        for (const none of [brokenOff, nothing]) {
            rules.push([/webrtc\/offer/, [none]]);
            await assert.rejects(connect({room: 'lobby'}), {name: 'LegroomError', status: 0});
        }
    });

    it('a call hung up before its offer leaves makes no leg', async () => {
        const peer = new Peer();
        peer.iceGatheringState = 'gathering';
        let call;
        peer.setLocalDescription = async () => void queueMicrotask(() => call.hangUp());
        call = new LegroomCall({room: 'lobby', peer, trickle: false});
        await assert.rejects(call.start(), {name: 'AbortError'});
        assert.deepEqual(requests, []);
    });

    it('a peer that was closed is not recovered', async () => {
        rules.push([kRestart, [() => reply({error: 'busy'}, 409)]]);
        const call = await lost();
        await asked(kRestart);
        call.peer.close();
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        assert.equal(call.peer.restarts, 1);
    });

    it('candidates are fetched through hiccups', async () => {
        const refused = () => reply({error: 'too many requests are waiting: ask again without'}, 503);
        const unreachable = () => Promise.reject(new TypeError('Failed to fetch'));
        rules.push([kWaiting, [refused, unreachable]]);
        rules.push([/ice-candidates$/, [() => reply({candidates: ['bad', 'good'], done: false})]]);
        const call = await connect({room: 'lobby'});
        await asked(/GET .*ice-candidates/, 4);
        assert.deepEqual(call.peer.candidates, ['good']);
        const fetches = requests.filter((request) => /GET .*ice-candidates/.test(request));
        assert.deepEqual(fetches.map((request) => kWaiting.test(request)), [true, false, true, false]);
    });

    it('candidates are not fetched for a leg that is gone', async () => {
        rules.push([kWaiting, [() => reply({error: 'leg not found'}, 404)]]);
        await connect({room: 'lobby'});
        await asked(kWaiting);
        await new Promise((resolve) => setTimeout(resolve, 10_000));
        assert.equal(count(/GET .*ice-candidates/), 1);
    });

    it('candidates of a refused offer stay here', async () => {
        const call = await connect({room: 'lobby'});
        rules.push([kRestart, [() => reply({error: 'busy'}, 409)]]);
        const refused = call.restart();
        call.peer.find('session1');
        await assert.rejects(refused, {status: 409});
        call.peer.find('session2');
        assert.equal(count(/POST .*ice-candidates/), 1);
        call.peer.find('session1');
        assert.equal(count(/POST .*ice-candidates/), 2);
        await call.restart();
        call.peer.find('session3');
        assert.equal(count(/POST .*ice-candidates/), 3);
    });

    it("the server's ICE servers are used, and done without", async () => {
        const call = await connect({room: 'lobby'});
        assert.deepEqual(call.peer.getConfiguration(), {iceTransportPolicy: 'all', iceServers: [{urls: ['turn:relay']}]});
        await call.restart();
        assert.equal(count(/ice-servers/), 1, 'its credentials are still good');

        for (const none of [() => reply({error: 'no such path'}, 404), nothing, brokenOff]) {
            rules.push([/ice-servers/, [none]]);
            assert.equal((await connect({room: 'lobby'})).legId, 'leg');
        }

        requests = [];
        await connect({room: 'lobby', peer: new Peer()});
        assert.equal(count(/ice-servers/), 0, 'who brings a peer has chosen its servers');
    });

    it('keys are pressed behind those that wait, once they can be', async () => {
        const pressed = [];
        const dtmf = {canInsertDTMF: false, toneBuffer: '12', insertDTMF: (...press) => pressed.push(press)};
        const peer = Object.assign(new Peer(), {getSenders: () => [{dtmf: null}, {dtmf}]});
        const call = await connect({room: 'lobby', peer});
        assert.throws(() => call.sendDigits('3'), {name: 'InvalidStateError'});
        dtmf.canInsertDTMF = true;
        call.sendDigits('3#');
        call.sendDigits('4', {duration: 200, gap: 50});
        assert.deepEqual(pressed, [['123#', 100, 70], ['124', 200, 50]]);
        await call.hangUp();
    });
});
