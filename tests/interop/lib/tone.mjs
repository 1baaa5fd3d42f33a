/** How much of a recording is one tone. */

// Power "at" a frequency is what a filter 40 Hz wide around it passes: blocks of 25 ms, each for itself. Over a longer
// stretch the phase would count as well, and a jitter buffer that slips by a millisecond would look like a gap.
const kBlockSeconds = 0.025;

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

/** Mean power of `samples` within 20 Hz of `frequency`. */
export function tonePower(samples, frequency, sampleRate) {
    const blocks = windows(samples, sampleRate, 1000 * kBlockSeconds);
    return blocks.reduce((sum, block) => sum + powerAt(block, frequency, sampleRate), 0) / blocks.length;
}

/** Share of the whole power that is within 20 Hz of `frequency`: 0 to 1, 0 for silence. */
export function toneShare(samples, frequency, sampleRate) {
    const total = power(samples);
    return total < 1e-10 ? 0 : tonePower(samples, frequency, sampleRate) / total;
}

/**
 * For each 200 ms of a recording the share of its power that is near `frequency`. The power of a window counts as no
 * less than that of the whole recording, so that a gap of 40 ms takes a fifth of its window's share.
 */
export function toneShares(samples, frequency, sampleRate) {
    const usual = Math.max(power(samples), 1e-10);
    return windows(samples, sampleRate).map((part) => {
        return tonePower(part, frequency, sampleRate) / Math.max(power(part), usual);
    });
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
