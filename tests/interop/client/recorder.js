/** Hands over what it hears: {type: 'sound'} for the first loud sample, {type: 'recording'} when one is full. */
class Recorder extends AudioWorkletProcessor {
    #recording = null;
    #filled = 0;
    #threshold = Infinity;

    constructor() {
        super();
        this.port.onmessage = ({data}) => {
            if (data.record) [this.#recording, this.#filled] = [new Float32Array(data.record), 0];
            if (data.listenFor) this.#threshold = data.listenFor;
        };
    }

    process([input]) {
        const samples = input[0] ?? new Float32Array(128);  // nothing connected yet: silence
        if (samples.some((sample) => Math.abs(sample) > this.#threshold)) {
            this.#threshold = Infinity;
            this.port.postMessage({type: 'sound'});
        }
        if (this.#recording) this.#append(samples);
        return true;
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

registerProcessor('recorder', Recorder);
