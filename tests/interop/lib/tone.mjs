/** How much of a recording is one tone. */

const kSearchHz = 20;  // clocks of two sound cards differ, a resampler may detune: look this far to either side
const kSearchStepHz = 0.5;

/** Mean power of `samples`. */
export function power(samples) {
    let sum = 0;
    for (const sample of samples) sum += sample * sample;
    return sum / samples.length;
}

/** Power of the sinusoid of exactly `frequency` in `samples` (one bin of a Fourier transform). */
export function powerAt(samples, frequency, sampleRate) {
    const step = (2 * Math.PI * frequency) / sampleRate;
    let real = 0;
    let imaginary = 0;
    for (let n = 0; n < samples.length; ++n) {
        real += samples[n] * Math.cos(step * n);
        imaginary += samples[n] * Math.sin(step * n);
    }
    return (2 * (real * real + imaginary * imaginary)) / (samples.length * samples.length);
}

/** Share of the whole power that the strongest sinusoid within ±20 Hz of `frequency` has: 0 to 1, 0 for silence. */
export function toneShare(samples, frequency, sampleRate) {
    const total = power(samples);
    if (total < 1e-10) return 0;
    let best = 0;
    for (let offset = -kSearchHz; offset <= kSearchHz; offset += kSearchStepHz) {
        best = Math.max(best, powerAt(samples, frequency + offset, sampleRate));
    }
    return best / total;
}

/** The recording in windows of `milliseconds` without gap or overlap; a shorter rest is left out. */
export function windows(samples, sampleRate, milliseconds = 200) {
    const size = Math.round((sampleRate * milliseconds) / 1000);
    const count = Math.floor(samples.length / size);
    return Array.from({length: count}, (_, index) => samples.subarray(index * size, (index + 1) * size));
}

/** Level in dB relative to a full-scale square wave. */
export function decibels(samples) {
    return 10 * Math.log10(power(samples) + 1e-20);
}
