/** What the other tests measure with: tones, slips of phase and gaps of known size. */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {toneShare, toneShares} from './lib/tone.mjs';

const kSampleRate = 48_000;

/** Two seconds of a tone that leaves out `slip` samples of its own, or is silent for `gap` samples, after 0.65 s. */
function tone(frequency, {slip = 0, gap = 0} = {}) {
    const at = 31_200;
    return Float32Array.from({length: 2 * kSampleRate}, (_, n) => {
        if (n >= at && n < at + gap) return 0;
        return 0.3 * Math.sin((2 * Math.PI * frequency * (n < at ? n : n + slip)) / kSampleRate);
    });
}

const sum = (one, other) => one.map((sample, n) => sample + other[n]);
const worst = (samples, frequency) => Math.min(...toneShares(samples, frequency, kSampleRate));
const most = (samples, frequency) => Math.max(...toneShares(samples, frequency, kSampleRate));

describe('tone shares', () => {
    it('tell one tone from another', () => {
        for (const [sent, other] of [[440, 660], [660, 440], [880, 660]]) {
            assert.ok(worst(tone(sent), sent) > 0.99);
            assert.ok(most(tone(sent), other) < 0.01);
        }
        const both = sum(tone(440), tone(660));
        assert.ok(Math.abs(toneShare(both, 440, kSampleRate) - 0.5) < 0.02);
    });

    it('take a slip of phase for what it is', () => {
        for (const slip of [55, 200, 480, 960]) {
            assert.ok(worst(tone(440, {slip}), 440) > 0.85, `${slip} samples`);
            assert.ok(most(tone(440, {slip}), 660) < 0.02, `${slip} samples`);
        }
    });

    it('show a gap of 50 ms', () => {
        assert.ok(worst(tone(440, {gap: 960}), 440) > 0.8, '20 ms are within bounds');
        assert.ok(worst(tone(440, {gap: 2400}), 440) < 0.8);
        assert.ok(worst(tone(440, {gap: 9600}), 440) < 0.5);
    });

    it('are nothing in silence', () => {
        assert.equal(toneShare(new Float32Array(9600), 440, kSampleRate), 0);
        assert.deepEqual(toneShares(new Float32Array(9600), 440, kSampleRate), [0]);
    });
});
