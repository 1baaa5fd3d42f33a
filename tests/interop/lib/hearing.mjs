/** What a page hears: assertions on a Client's recordings, and a question to any page with an <audio> element. */

import assert from 'node:assert/strict';
import {decibels, toneShare, toneShares} from './tone.mjs';
import {until} from './wait.mjs';

const kSampleRate = 48000;
const kHeard = 0.8;     // share of power a tone must have in every window to count as heard
const kNotHeard = 0.02; // share of power below which a tone counts as not there
const kSilenceDb = -60; // comfort noise is near -75 dB

/** Five seconds in which every 200 ms are `tone` and nothing of `own` comes back. */
export async function assertHears(client, {tone, own}) {
    await settled(client, tone);
    const before = await client.statistics();
    const samples = await client.record(5);
    const heard = toneShares(samples, tone, kSampleRate);
    const echoed = toneShares(samples, own, kSampleRate);

    const circumstances = async () => `${list(heard)}; before ${before}, after ${await client.statistics()}`;
    assert.equal(heard.length, 25);
    assert.ok(Math.min(...heard) > kHeard, `${tone} Hz in each 200 ms: ${await circumstances()}`);
    assert.ok(Math.max(...echoed) < kNotHeard, `own ${own} Hz in each 200 ms: ${list(echoed)}`);
    return {heard: Math.min(...heard), echoed: Math.max(...echoed)};
}

/** The jitter buffer's first second is over: one second is nothing but `tone`. */
export async function settled(client, tone) {
    await until(`${tone} Hz is heard`, async () => {
        return Math.min(...toneShares(await client.record(1), tone, kSampleRate)) > kHeard;
    });
}

/** Within a few seconds there is half a second of silence. */
export async function assertSilence(client) {
    await until('silence', async () => decibels(await client.record(0.5)) < kSilenceDb, {timeout: 5000});
}

/** Of the 0.7 s that the page of `tab` played last: is there any `sound`, and is `hz` the `tone` of it? */
export async function hears(tab, hz) {
    const samples = Float32Array.from(await tab.evaluate(latestSamples, kSampleRate));
    const loudest = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
    return {sound: loudest > 0.01, tone: toneShare(samples, hz, kSampleRate) > 0.25};
}

/** Runs in the page. Legroom's own allows no script but its own, so an analyser stands in for a recorder. */
function latestSamples(sampleRate) {
    const stream = document.querySelector('audio').srcObject;
    if (window.testAnalyser?.stream !== stream) {
        const audio = new AudioContext({sampleRate});
        const analyser = new AnalyserNode(audio, {fftSize: 32768});
        audio.createMediaStreamSource(stream).connect(analyser);
        window.testAnalyser = {stream, analyser};
    }
    const samples = new Float32Array(window.testAnalyser.analyser.fftSize);
    window.testAnalyser.analyser.getFloatTimeDomainData(samples);
    return [...samples];
}

function list(shares) {
    return shares.map((share) => share.toFixed(2)).join(' ');
}
