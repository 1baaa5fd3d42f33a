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

    /** A tone of `frequency` Hz to send, or the microphone with nothing between it and the wire. */
    async prepare(frequency) {
        await this.#audio.audioWorklet.addModule('recorder.js');
        this.#recorder = new AudioWorkletNode(this.#audio, 'recorder');
        this.#recorder.connect(this.#audio.destination);
        this.#stream = frequency ? this.#tone(frequency) : await microphone();
        await this.#audio.resume();
    }

    #tone(frequency) {
        const destination = this.#audio.createMediaStreamDestination();
        const gain = new GainNode(this.#audio, {gain: 0.3});
        const oscillator = new OscillatorNode(this.#audio, {frequency});
        oscillator.connect(gain).connect(destination);
        oscillator.start();
        return destination.stream;
    }

    async call({server, room, trickle, shape}) {
        performance.clearResourceTimings();
        const peer = shape && this.#shapedPeer(shape);
        const call = new LegroomCall({server, room, trickle, peer, stream: this.#stream});
        this.currentCall = call;
        const transceivers = call.peer.getTransceivers();  // now, for a rejected one leaves this list
        this.#listen(call);
        await call.start();
        await connected(call.peer);
        return {
            legId: call.legId,
            signalingState: call.peer.signalingState,
            directions: directions(transceivers, call.peer.remoteDescription.sdp),
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

    async firstSound() {
        const heardAt = await within(kConnectMs, 'first sound', this.#soundAt);
        const requests = performance.getEntriesByType('resource');
        const offers = requests.filter(({name}) => name.endsWith('/v1/webrtc/offer'));
        return heardAt - offers.at(-1).startTime;
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

async function connected(peer) {
    const up = new Promise((resolve, reject) => {
        const check = () => {
            if (peer.connectionState === 'connected') resolve();
            if (peer.connectionState === 'failed') reject(new Error('the connection failed'));
        };
        peer.addEventListener('connectionstatechange', check);
        check();
    });
    await within(kConnectMs, 'connection', up);
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
