/**
 * Hands over what it hears: {type: 'sound'} for the first loud sample, {type: 'recording'} when one is full, and
 * {type: 'tone', on} whenever the tone it watches for comes or goes.
 */

const kWindow = 1920;     // samples, 40 ms: enough to tell 440 Hz from 660
const kStep = 960;
const kToneShare = 0.5;   // of the power
const kTonePower = 1e-4;  // -40 dB

class Recorder extends AudioWorkletProcessor {
    #recording = null;
    #filled = 0;
    #threshold = Infinity;
    #frequency = null;
    #window = new Float32Array(kWindow);
    #fresh = 0;
    #tone = false;

    constructor() {
        super();
        this.port.onmessage = ({data}) => {
            if (data.record) [this.#recording, this.#filled] = [new Float32Array(data.record), 0];
            if (data.listenFor) this.#threshold = data.listenFor;
            if (data.watch) this.#frequency = data.watch;
        };
    }

    process([input]) {
        const samples = input[0] ?? new Float32Array(128);  // nothing connected yet: silence
        if (samples.some((sample) => Math.abs(sample) > this.#threshold)) {
            this.#threshold = Infinity;
            this.port.postMessage({type: 'sound'});
        }
        if (this.#recording) this.#append(samples);
        if (this.#frequency) this.#watch(samples);
        return true;
    }

    #watch(samples) {
        this.#window.copyWithin(0, samples.length);
        this.#window.set(samples, kWindow - samples.length);
        this.#fresh += samples.length;
        if (this.#fresh < kStep) return;
        this.#fresh = 0;
        const on = hasTone(this.#window, this.#frequency);
        if (on !== this.#tone) this.port.postMessage({type: 'tone', on});
        this.#tone = on;
    }

    #append(samples) {
        const room = this.#recording.length - this.#filled;
        this.#recording.set(samples.subarray(0, room), this.#filled);
        this.#filled += samples.length;
        if (this.#filled < this.#recording.length) return;
        this.port.postMessage({type: 'recording', samples: this.#recording});
        this.#recording = null;
    }
}

function hasTone(samples, frequency) {
    const step = (2 * Math.PI * frequency) / sampleRate;
    let [power, real, imaginary] = [0, 0, 0];
    samples.forEach((sample, n) => {
        power += sample * sample;
        real += sample * Math.cos(step * n);
        imaginary += sample * Math.sin(step * n);
    });
    const share = (2 * (real * real + imaginary * imaginary)) / (samples.length * power || 1);
    return power / samples.length > kTonePower && share > kToneShare;
}

registerProcessor('recorder', Recorder);
