/**
 * Keys pressed in Chromium (RTCDTMFSender) and noticed by the server, over a wire that may lose packets; and keys the
 * server presses, which Chromium plays as the tones they stand for.
 */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {Scene} from './lib/scene.mjs';
import {toneShare, windows} from './lib/tone.mjs';
import {until} from './lib/wait.mjs';
import {wire} from './lib/wire.mjs';

const kKeys = '0123456789*#ABCD';
const kHundred = Array.from({length: 100}, (_, i) => kKeys[(i * 7 + (i >> 4)) % 16]).join('');
const kLow = [697, 770, 852, 941];
const kHigh = [1209, 1336, 1477, 1633];
const kPad = ['123A', '456B', '789C', '*0#D'];

/** The digits of a leg's dtmf.received, as the log has them, by their number. */
function pressed(server, leg) {
    const digits = [];
    for (const line of server.log) {
        const found = line.match(/dtmf\.received leg=(\S+) .*seq=(\d+) digit=([0-9*#A-D])/);
        if (found?.[1] === leg) digits[found[2] - 1] = found[3];
    }
    return Array.from(digits, (digit) => digit ?? '?').join('');
}

async function withScene(options, test) {
    const scene = await Scene.open(await wire('delay=20', ...options), {LOG_LEVEL: 'debug'});
    try {
        await test(scene);
    } finally {
        await scene.close();
    }
}

/** Presses `keys` in the page and waits until the server has noticed as many, and a moment for one too many. */
async function press(scene, client, keys, timing) {
    const before = pressed(scene.server, client.legId).length;
    await client.page.evaluate(([digits, options]) => window.client.currentCall.sendDigits(digits, options), [keys, timing]);
    const timeout = 5000 + keys.length * (timing.duration + timing.gap) * 1.5;
    const now = () => pressed(scene.server, client.legId).slice(before);
    await until('the keys are noticed', () => now().length >= keys.length, {timeout}).catch(() => {});
    await until('the page has let go', () => client.page.evaluate(() => {
        return window.client.currentCall.peer.getSenders().every(({dtmf}) => !dtmf?.toneBuffer);
    }), {timeout});
    await new Promise((resolve) => setTimeout(resolve, timing.duration + 500));
    return now();
}

/** What a telephone would take the samples for: the key of each stretch in which both its tones are all there is. */
function keysIn(samples, sampleRate) {
    let heard = '';
    let last = null;
    for (const part of windows(samples, sampleRate, 40)) {
        const strongest = (tones) => tones.map((hz) => toneShare(part, hz, sampleRate)).reduce(
            (best, share, index) => (share > best.share ? {share, index} : best), {share: 0, index: -1});
        const [low, high] = [strongest(kLow), strongest(kHigh)];
        const key = low.share > 0.2 && high.share > 0.2 && low.share + high.share > 0.7 ? kPad[low.index][high.index] : null;
        if (key && key !== last) heard += key;
        last = key;
    }
    return heard;
}

describe('DTMF', {timeout: 500_000}, () => {
    for (const loss of [0, 10]) {
        it(`a hundred of a hundred keys at ${loss} % loss`, async (t) => {
            await withScene([`loss=${loss}`], async (scene) => {
                const client = await scene.chromium();
                await client.call(scene.server, 'keys');
                const each = await press(scene, client, kKeys, {duration: 100, gap: 70});
                const all = await press(scene, client, kHundred, {duration: 100, gap: 70});
                const quick = await press(scene, client, '11223344', {duration: 40, gap: 30});
                t.diagnostic(`${loss} % loss: ${all.length} of ${kHundred.length} keys noticed`);
                assert.equal(each, kKeys);
                assert.equal(all, kHundred);
                assert.equal(quick, '11223344');
            });
        });
    }

    it('a key held for seconds is pressed once', async () => {
        await withScene([], async (scene) => {
            const client = await scene.chromium();
            await client.call(scene.server, 'keys');
            assert.equal(await press(scene, client, '55', {duration: 6000, gap: 100}), '55');
            assert.equal(await press(scene, client, '#', {duration: 1400, gap: 100}), '#');
        });
    });

    it('Chromium plays what others press and what the API presses', async () => {
        await withScene([], async (scene) => {
            const [presses, plays] = [await scene.chromium({hz: 20_000}), await scene.chromium({hz: 20_000})];
            await presses.call(scene.server, 'keys');
            await plays.call(scene.server, 'keys');
            await new Promise((resolve) => setTimeout(resolve, 2000));  // the jitter buffer's first second

            const [forwarded] = await Promise.all([plays.record(4), press(scene, presses, '159D', {duration: 160, gap: 100})]);
            assert.equal(keysIn(forwarded, 48_000), '159D');
            const order = scene.server.request('POST', `/v1/legs/${plays.legId}/dtmf`, {digits: '370#'});
            const [ordered, {status}] = await Promise.all([plays.record(3), order]);
            assert.equal(status, 200);
            assert.equal(keysIn(ordered, 48_000), '370#');
            assert.equal(pressed(scene.server, plays.legId), '', 'nobody pressed a key there');
        });
    });
});
