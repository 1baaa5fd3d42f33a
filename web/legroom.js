/**
 * A call through a Legroom server, from a browser: one offer makes a leg, the leg joins a room.
 *
 *     import {connect} from 'http://localhost:8080/legroom.js';
 *
 *     const stream = await navigator.mediaDevices.getUserMedia({audio: true});
 *     const call = await connect({server: 'http://localhost:8080', room: 'lobby', stream});
 *     document.querySelector('audio').srcObject = call.remoteStream;
 *     await call.mute();
 *     await call.hangUp();
 *
 * When the connection is lost it looks for a new path by itself. A page that was loaded again goes on with the call of
 * the one before by the option `leg`, if that one kept its `legId` and has not hung up.
 *
 * No dependencies; a browser of 2024 or later. `call.peer` is an ordinary RTCPeerConnection: its `connectionState` tells
 * whether sound flows.
 */

const kAnswerMs = 10_000;  // as long as the server tries a restart before it takes another one
const kIceServersMs = 3000;
const kCandidateWaitMs = 10_000;
const kHangUpMs = 2000;
const kRestartPauseMs = 3000;
const kPollPauseMs = {least: 250, most: 5000};

/** The server refused (`status` is the HTTP status), or no answer of its came in time and whole (`status` is 0). */
export class LegroomError extends Error {
    constructor(message, status) {
        super(message);
        this.name = 'LegroomError';
        this.status = status;
    }
}

export class LegroomCall {
    /** The server's id of this leg; null before the answer and after hanging up. */
    legId = null;
    /** What the others say. Stays the same object for the whole call. */
    remoteStream = new MediaStream();
    #ended = new AbortController();
    /** Candidates that wait until the server knows their offer; null when there is none under way. */
    #waiting = null;
    #wasConnected = false;
    #recovering = false;
    /** When to ask for ICE servers again, for their credentials end; never for a peer that is not ours. */
    #iceServersDue;
    /** Counts the offers, so that each has one loop that fetches candidates. */
    #round = 0;

    /**
     * @param {object} options
     * @param {string} [options.server] origin of the server; left out, the one this page came from
     * @param {string} options.room name of the room; it is created when nobody is there yet
     * @param {MediaStream} [options.stream] what to send, not stopped by hangUp(); left out, the call only listens
     * @param {boolean} [options.trickle] false waits for all candidates and puts them into the offer (slower)
     * @param {RTCPeerConnection} [options.peer] prepared by the caller, with ICE servers of its own choice; left out, a
     *     plain one that sends `stream` and uses those of `GET /v1/webrtc/ice-servers`
     * @param {string} [options.leg] id of an earlier page's leg, to be taken over: it keeps its seat in the room
     */
    constructor({server = '', room, stream, trickle = true, peer, leg = null}) {
        this.#iceServersDue = peer ? Infinity : 0;
        peer ??= plainPeer(stream);
        Object.assign(this, {server, room, trickle, peer, earlierLeg: leg});
        peer.addEventListener('track', ({track}) => this.remoteStream.addTrack(track));
        peer.addEventListener('connectionstatechange', () => this.#followConnection());
        if (trickle) peer.addEventListener('icecandidate', ({candidate}) => candidate && this.#offerCandidate(candidate));
    }

    /**
     * Resolves once the leg is in the room; sound follows a moment later. A rejection leaves no new leg behind, but for
     * one whose answer was lost: the server ends that by itself.
     */
    async start() {
        try {
            const path = this.earlierLeg ? `/v1/legs/${this.earlierLeg}/offer` : '/v1/webrtc/offer';
            // Not to be cancelled: hanging up now needs the id that comes back.
            await this.#negotiate(path, {signal: null});
            if (!this.legId) throw new DOMException('hung up while the call was starting', 'AbortError');
            if (this.earlierLeg) return this;
            await this.request('POST', `/v1/rooms/${encodeURIComponent(this.room)}/legs`, {leg_id: this.legId});
        } catch (error) {
            await this.hangUp().catch(() => {});  // the first error is the one that explains
            throw error;
        }
        return this;
    }

    /**
     * Looks for a new path to the server (an ICE restart); the present one carries the call until there is one. Happens
     * by itself when the connection is lost. Rejects with status 409 while the server still tries the one before.
     */
    async restart() {
        if (this.#waiting) return;
        this.peer.restartIce();
        await this.#negotiate(`/v1/legs/${this.legId}/offer`);
    }

    /** Whether the others hear us. The server does it, so it shows in everybody's list. */
    async mute(muted = true) {
        await this.request(muted ? 'POST' : 'DELETE', `/v1/legs/${this.legId}/mute`);
    }

    /**
     * Presses keys of a telephone, `0-9 * # A-D`, each for `duration` ms with `gap` ms until the next; a comma is a pause
     * of two seconds. Those given before are pressed first. The server tells of them and passes them on to the others.
     */
    sendDigits(digits, {duration = 100, gap = 70} = {}) {
        const dtmf = this.peer.getSenders().find((sender) => sender.dtmf?.canInsertDTMF)?.dtmf;
        if (!dtmf) throw new DOMException('the call is not up, or sends nothing', 'InvalidStateError');
        dtmf.insertDTMF(dtmf.toneBuffer + digits, duration, gap);
    }

    /** The legs in the room, this one included: `[{id, type, muted, …}]`, in order of joining. */
    async participants() {
        return (await this.request('GET', `/v1/rooms/${encodeURIComponent(this.room)}`)).participants;
    }

    /** Ends the call at any time, also while it starts or the page closes. May be called again. */
    async hangUp() {
        const leg = this.legId;
        this.legId = null;
        this.#ended.abort();
        try {
            // Before the peer closes, for the server takes a closed peer for a failure. keepalive: the request
            // outlives a page that is going away.
            const options = {keepalive: true, limit: kHangUpMs, signal: null};
            if (leg) await this.request('DELETE', `/v1/legs/${leg}`, undefined, options);
        } catch (error) {
            if (error.status !== 404) throw error;  // somebody else was faster
        } finally {
            this.peer.close();
        }
    }

    /**
     * One request to the server, for whatever this class has no method for. Hanging up cancels it, or `signal` in its
     * place; after `limit` milliseconds it is given up. The other options are those of fetch().
     */
    async request(method, path, body, {limit = kAnswerMs, signal = this.#ended.signal, ...options} = {}) {
        const json = body && {headers: {'Content-Type': 'application/json'}, body: JSON.stringify(body)};
        const either = AbortSignal.any([AbortSignal.timeout(limit), ...(signal ? [signal] : [])]);
        const response = await fetch(this.server + path, {method, ...json, ...options, signal: either}).catch(noAnswer);
        if (!response.ok) {
            const reply = await response.json().catch(() => null);
            throw new LegroomError(reply?.error ?? `HTTP status ${response.status}`, response.status);
        }
        return response.status === 204 ? {} : response.json().catch(noAnswer);
    }

    /** Offer out, answer in. */
    async #negotiate(path, options) {
        const waiting = (this.#waiting = []);
        try {
            if (Date.now() >= this.#iceServersDue) await this.#useIceServers();
            await this.peer.setLocalDescription();
            if (!this.trickle) await this.#gatheringComplete();
            this.#ended.signal.throwIfAborted();
            const answer = await this.request('POST', path, {sdp: this.peer.localDescription.sdp}, options);
            if (typeof answer?.leg_id !== 'string') throw new LegroomError('the answer names no leg', 0);
            this.legId = answer.leg_id;
            await this.peer.setRemoteDescription({type: 'answer', sdp: answer.sdp});
        } catch (error) {
            this.#ended.signal.throwIfAborted();
            // A refused offer shall not disturb what the one before is still bringing about.
            if (this.peer.signalingState === 'have-local-offer') {
                await this.peer.setLocalDescription({type: 'rollback'}).catch(() => {});
            }
            throw error;
        } finally {
            this.#waiting = null;
            waiting.forEach((candidate) => this.#offerCandidate(candidate));
        }
        if (this.legId) this.#fetchCandidates();
    }

    /** Most calls need none of them, so whatever goes wrong here is no reason to go without the call. */
    async #useIceServers() {
        try {
            const reply = await this.request('GET', '/v1/webrtc/ice-servers', undefined, {limit: kIceServersMs});
            this.peer.setConfiguration({...this.peer.getConfiguration(), iceServers: reply.ice_servers});
            this.#iceServersDue = Date.now() + (reply.ttl * 1000) / 2;
        } catch {
            // The next offer asks again.
        }
    }

    #offerCandidate(candidate) {
        if (this.#waiting) this.#waiting.push(candidate);
        else if (this.legId) this.#sendCandidate(candidate);
    }

    #followConnection() {
        const state = this.peer.connectionState;
        if (state === 'connected') this.#wasConnected = true;
        else if (this.#wasConnected && ['disconnected', 'failed'].includes(state)) this.#recover();
    }

    /** Another network, say: tries until the connection is back, the server has let the leg go, or the peer closes. */
    async #recover() {
        if (this.#recovering) return;
        this.#recovering = true;
        while (this.legId && !['connected', 'closed'].includes(this.peer.connectionState)) {
            const error = await this.restart().catch((reason) => reason);
            if (error?.status === 404) break;
            await sleep(kRestartPauseMs);
        }
        this.#recovering = false;
    }

    /**
     * A lost candidate is no reason to end a call that another pair may carry: errors are ignored here. Those of an
     * offer that was refused, and rolled back, stay here: the server has no such ICE session.
     */
    #sendCandidate(candidate) {
        if (!isOf(this.peer.localDescription, candidate)) return;
        this.request('POST', `/v1/legs/${this.legId}/ice-candidates`, candidate.toJSON()).catch(() => {});
    }

    /** Takes the server's candidates as it finds them, until it has no more, or the call or this offer's turn is over. */
    async #fetchCandidates() {
        const round = ++this.#round;
        let wait = kCandidateWaitMs;
        let pause = kPollPauseMs.least;
        while (this.legId && round === this.#round && this.peer.signalingState !== 'closed') {
            try {
                if (await this.#fetchedLastCandidate(wait)) return;
                if (wait) {
                    pause = kPollPauseMs.least;
                    continue;
                }
                wait = kCandidateWaitMs;
            } catch (error) {
                if (error.status === 404 || error.name === 'AbortError') return;
                wait = 0;  // too many may be waiting already
            }
            await sleep(pause);
            pause = Math.min(2 * pause, kPollPauseMs.most);
        }
    }

    /** One request for candidates: whether there is nothing more to come. */
    async #fetchedLastCandidate(wait) {
        const path = `/v1/legs/${this.legId}/ice-candidates${wait ? `?wait=${wait}` : ''}`;
        const {candidates, done} = await this.request('GET', path, undefined, {limit: wait + kAnswerMs});
        // One that the browser does not take is no reason to go without the others.
        for (const candidate of candidates) await this.peer.addIceCandidate(candidate).catch(() => {});
        return done && candidates.length === 0;
    }

    /** No event tells that a peer was closed meanwhile, so this looks for itself. */
    async #gatheringComplete() {
        while (this.peer.iceGatheringState !== 'complete' && this.peer.signalingState !== 'closed') await sleep(20);
    }
}

/** One audio section, and no ICE server yet: those of the server come with the first offer. */
function plainPeer(stream) {
    const peer = new RTCPeerConnection();
    const [track] = stream?.getAudioTracks() ?? [];
    if (track) peer.addTrack(track, stream);
    else peer.addTransceiver('audio', {direction: 'recvonly'});
    return peer;
}

/** Of the ICE session of `description`; a browser that does not say which one is taken at its word. */
function isOf(description, {usernameFragment}) {
    if (!usernameFragment) return true;
    return description?.sdp.split(/\r?\n/).includes(`a=ice-ufrag:${usernameFragment}`) ?? false;
}

/** What became of a request that has no (whole) answer: called off by hanging up, or by whatever else. */
function noAnswer(error) {
    throw error.name === 'AbortError' ? error : new LegroomError('the server cannot be reached', 0);
}

function sleep(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Starts a call with the options of LegroomCall. @returns {Promise<LegroomCall>} */
export function connect(options) {
    return new LegroomCall(options).start();
}
