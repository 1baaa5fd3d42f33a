/** WAV files for Chromium's fake microphone (mono, 16 bit, 48 kHz). */

import {writeFile} from 'node:fs/promises';

const kSampleRate = 48000;

/** A gate: speech-like, for the browser's noise suppression takes a steady tone away. */
export const kSyllables = (t) => (t % 0.4 < 0.25 ? Math.sin((Math.PI * (t % 0.4)) / 0.25) : 0);

/** A tone of `frequency` Hz; `gate(t)` from 0 to 1 shapes it over time (t in seconds). */
export async function writeTone(path, {frequency, seconds = 60, amplitude = 0.3, gate = () => 1}) {
    const samples = Int16Array.from({length: seconds * kSampleRate}, (_, n) => {
        const t = n / kSampleRate;
        return Math.round(32767 * amplitude * gate(t) * Math.sin(2 * Math.PI * frequency * t));
    });
    await writeFile(path, Buffer.concat([header(samples.byteLength), Buffer.from(samples.buffer)]));
}

function header(dataBytes) {
    const out = Buffer.alloc(44);
    out.write('RIFF', 0);
    out.writeUInt32LE(36 + dataBytes, 4);
    out.write('WAVEfmt ', 8);
    out.writeUInt32LE(16, 16);
    out.writeUInt16LE(1, 20);  // PCM
    out.writeUInt16LE(1, 22);  // channels
    out.writeUInt32LE(kSampleRate, 24);
    out.writeUInt32LE(2 * kSampleRate, 28);
    out.writeUInt16LE(2, 32);
    out.writeUInt16LE(16, 34);
    out.write('data', 36);
    out.writeUInt32LE(dataBytes, 40);
    return out;
}
