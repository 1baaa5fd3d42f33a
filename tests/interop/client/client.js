/** The page's half of lib/client.mjs. */

import {LegroomCall} from '/web/legroom.js';

const kSoundThreshold = 0.01;  // -40 dB: far above comfort noise, far below the tones
const kConnectMs = 15_000;

class Client {
    currentCall = null;
    #audio = new AudioContext({sampleRate: 48000});
    #recorder;
    #stream;
    #source = null;
    #soundAt = null;
    #tones = [];

    /** A tone of `frequency` Hz to send, or the microphone with nothing between it and the wire. */
    async prepare(frequency) {
        // As a blob, for a worklet's own request would bypass whatever brought this page here (TunnelledPages).
        const script = await (await fetch('recorder.js')).blob();
        await this.#audio.audioWorklet.addModule(URL.createObjectURL(script));
        this.#recorder = new AudioWorkletNode(this.#audio, 'recorder');
        this.#recorder.connect(this.#audio.destination);
        this.#stream = frequency ? this.#tone(frequency) : await microphone();
        await this.#audio.resume();
    }

    /** For a browser that shows its addresses only while it captures. */
    async capture() {
        this.captured = await microphone();
    }

    /** From now on tones() tells when `frequency` was heard. */
    watch(frequency) {
        this.#recorder.port.addEventListener('message', ({data}) => {
            if (data.type === 'tone') this.#tones.push({at: Date.now(), on: data.on});
        });
        this.#recorder.port.start();
        this.#recorder.port.postMessage({watch: frequency});
    }

    /** [{at, on}], `at` in milliseconds since 1970. */
    tones() {
        return this.#tones;
    }

    #tone(frequency) {
        const destination = this.#audio.createMediaStreamDestination();
        const gain = new GainNode(this.#audio, {gain: 0.3});
        const oscillator = new OscillatorNode(this.#audio, {frequency});
        oscillator.connect(gain).connect(destination);
        oscillator.start();
        return destination.stream;
    }

    /** `iceTransportPolicy`: of the RTCPeerConnection. `setup`: what the offer says of DTLS once it has left the page. */
    async call({server, room, trickle, shape, iceTransportPolicy, setup, leg, connectMs = kConnectMs}) {
        performance.clearResourceTimings();
        const peer = shape && this.#shapedPeer(shape);
        const call = new LegroomCall({server, room, trickle, peer, leg, stream: this.#stream});
        this.currentCall = call;
        if (iceTransportPolicy) call.peer.setConfiguration({iceTransportPolicy});
        const signalling = observe(call, setup);
        const transceivers = call.peer.getTransceivers();  // now, for a rejected one leaves this list
        this.#listen(call);
        await call.start();
        await connected(call.peer, connectMs);
        return {
            legId: call.legId,
            signalingState: call.peer.signalingState,
            directions: directions(transceivers, call.peer.remoteDescription.sdp),
            ...signalling,
        };
    }

    /**
     * A peer that offers unusual things: {bundlePolicy, media: [{kind, direction}], dataChannel}. The first audio
     * section with a sending direction sends our tone.
     */
    #shapedPeer({bundlePolicy, media, dataChannel}) {
        const peer = new RTCPeerConnection({bundlePolicy});
        let track = this.#stream.getAudioTracks()[0];
        for (const {kind, direction} of media) {
            const sends = kind === 'audio' && direction.startsWith('send');
            peer.addTransceiver((sends && track) || kind, {direction, streams: [this.#stream]});
            if (sends) track = null;
        }
        if (dataChannel) peer.createDataChannel('data');
        return peer;
    }

    /** A remote track reaches the recorder only while a media element plays it as well. */
    #listen(call) {
        this.#source?.disconnect();
        this.#source = null;
        this.#soundAt = new Promise((resolve) => {
            this.#recorder.port.onmessage = ({data}) => data.type === 'sound' && resolve(performance.now());
        });
        this.#recorder.port.postMessage({listenFor: kSoundThreshold});
        call.peer.addEventListener('track', ({track}) => {
            if (track.kind !== 'audio' || this.#source) return;
            const element = new Audio();
            element.srcObject = call.remoteStream;
            element.muted = true;
            element.play();
            this.#source = this.#audio.createMediaStreamSource(call.remoteStream);
            this.#source.connect(this.#recorder);
        });
    }

    /**
     * So many ICE restarts, each as soon as the server has finished the one before and `pause` ms later. How many
     * generations it had.
     */
    async restart(times, pause) {
        const ufrags = new Set();
        for (let i = 0; i < times; ++i) {
            await within(5_000, 'ICE restart', this.#restartWhenPossible());
            ufrags.add(this.currentCall.peer.remoteDescription.sdp.match(/a=ice-ufrag:(\S+)/)[1]);
            await new Promise((resolve) => setTimeout(resolve, pause));
        }
        return ufrags.size;
    }

    async #restartWhenPossible() {
        for (;;) {
            const error = await this.currentCall.restart().catch((reason) => reason);
            if (!error) return;
            if (error.status !== 409) throw error;
            await new Promise((resolve) => setTimeout(resolve, 50));
        }
    }

    async firstSound() {
        const heardAt = await within(kConnectMs, 'first sound', this.#soundAt);
        const requests = performance.getEntriesByType('resource');
        const offers = requests.filter(({name}) => name.endsWith('/v1/webrtc/offer'));
        return heardAt - offers.at(-1).startTime;
    }

    /** The pair that carries the call: {local, remote} with protocol, address and type, and who is the DTLS client. */
    async path() {
        const reports = await this.currentCall.peer.getStats();
        const all = [...reports.values()];
        const transport = all.find(({type}) => type === 'transport') ?? {};
        const pair =
            reports.get(transport.selectedCandidatePairId) ??
            all.find(({type, nominated, state}) => type === 'candidate-pair' && nominated && state === 'succeeded');
        const candidate = (id) => {
            const {protocol, relayProtocol, address, candidateType, tcpType} = reports.get(id) ?? {};
            return {protocol, relayProtocol, address, candidateType, tcpType};
        };
        const ends = pair && {local: candidate(pair.localCandidateId), remote: candidate(pair.remoteCandidateId)};
        return {...ends, dtlsRole: transport.dtlsRole, state: this.currentCall.peer.connectionState};
    }

    async statistics() {
        const reports = [...(await this.currentCall.peer.getStats()).values()];
        const received = reports.find(({type}) => type === 'inbound-rtp') ?? {};
        return JSON.stringify(received, [
            'packetsReceived', 'packetsLost', 'concealedSamples', 'concealmentEvents',
            'removedSamplesForAcceleration', 'insertedSamplesForDeceleration',
        ]);
    }

    async record(seconds) {
        const full = new Promise((resolve) => {
            this.#recorder.port.onmessage = ({data}) => data.type === 'recording' && resolve(data.samples);
        });
        this.#recorder.port.postMessage({record: seconds * this.#audio.sampleRate});
        return toBase64(await within((seconds + 10) * 1000, 'recording', full));
    }
}

/**
 * Notes what `call` sends and gets, and rewrites its offer on the way: {postedAt, offer, answer, stages}, filled in
 * later. `stages` are the states ICE and then the connection came to, with their milliseconds since the POST.
 */
function observe(call, setup = 'actpass') {
    const seen = {stages: []};
    for (const [event, state] of [['iceconnectionstatechange', 'iceConnectionState'], ['connectionstatechange', 'connectionState']]) {
        call.peer.addEventListener(event, () => {
            seen.stages.push(`${state} ${call.peer[state]} after ${Date.now() - seen.postedAt} ms`);
        });
    }
    const request = call.request.bind(call);
    call.request = async (method, path, body, options) => {
        if (path !== '/v1/webrtc/offer') return request(method, path, body, options);
        seen.offer = body.sdp.replaceAll('a=setup:actpass', `a=setup:${setup}`);
        seen.postedAt = Date.now();
        const reply = await request(method, path, {...body, sdp: seen.offer}, options);
        seen.answer = reply.sdp;
        return reply;
    };
    return seen;
}

/** What became of each audio or video section: its direction, null when the answer rejects it (port 0). */
function directions(transceivers, answer) {
    const sections = answer.split(/^m=/m).slice(1);
    const media = sections.filter((section) => /^(audio|video) /.test(section));
    return transceivers.map(({currentDirection}, index) => {
        return /^\w+ 0 /.test(media[index]) ? null : currentDirection;
    });
}

function microphone() {
    const untouched = {echoCancellation: false, noiseSuppression: false, autoGainControl: false};
    return navigator.mediaDevices.getUserMedia({audio: untouched});
}

async function connected(peer, patience) {
    const up = new Promise((resolve, reject) => {
        const check = () => {
            if (peer.connectionState === 'connected') resolve();
            if (peer.connectionState === 'failed') reject(new Error('the connection failed'));
        };
        peer.addEventListener('connectionstatechange', check);
        check();
    });
    await within(patience, 'connection', up);
}

function within(milliseconds, what, promise) {
    const late = new Promise((_, reject) => {
        setTimeout(() => reject(new Error(`no ${what} after ${milliseconds} ms`)), milliseconds);
    });
    return Promise.race([promise, late]);
}

function toBase64(samples) {
    const bytes = new Uint8Array(samples.buffer);
    let text = '';
    for (let at = 0; at < bytes.length; at += 0x8000) {
        text += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
    }
    return btoa(text);
}

window.client = new Client();
