/** A caller who goes silent without a word is sent no more media after 15 to 30 seconds (RFC 7675 §5.1). */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {kLong} from './lib/effort.mjs';
import {cable} from './lib/network.mjs';
import {kDeaf} from './lib/rules.mjs';
import {Scene} from './lib/scene.mjs';
import {waitForSteadyTone} from './lib/tones.mjs';
import {sleep} from './lib/wait.mjs';

const kEarliestMs = 15_000;
const kLatestMs = 30_000;
const kLookMs = 250;
const kMediaPackets = 20;  // in a second, where media is 50 and what is left of ICE is less

describe('consent', {timeout: 300_000}, () => {
    for (const [name, silence, long] of [
        ['a frozen caller', async (scene, caller) => caller.freeze()],
        ['a caller whose network is gone', async (scene) => scene.network.client.filter(kDeaf), true],
    ]) {
        it(name, {skip: long && !kLong && 'only with --long'}, async (t) => {
            const scene = await Scene.open(await cable());
            try {
                await scene.speaker('consent');
                const caller = await scene.caller('aiortc');
                await caller.call(scene.server, 'consent');
                await waitForSteadyTone(caller);
                const beginBefore = performance.now();
                await silence(scene, caller);
                const beginAfter = performance.now();
                const {start, end} = await lastMedia(scene.network.server, beginAfter);
                const [least, most] = [start - beginAfter, end - beginBefore];
                t.diagnostic(`${name}: media stopped after ${seconds(least)} to ${seconds(most)} s`);
                assert.ok(most >= kEarliestMs, `too early: after ${seconds(most)} s at most`);
                assert.ok(least <= kLatestMs, `too late: after ${seconds(least)} s at least`);
            } finally {
                await scene.close();
            }
        });
    }
});

const seconds = (milliseconds) => (milliseconds / 1000).toFixed(1);

/**
 * When the last packet of media went out to the client: not before `start`, and not after `end`, however long the looks
 * take. Watches until one look has begun later than it may be.
 */
async function lastMedia(server, begin) {
    let latest = {start: begin, end: begin};
    let wasMedia = false;
    for (let before = await look(server); ; ) {
        await sleep(kLookMs);
        const now = await look(server);
        const isMedia = now.packets - before.packets >= (kMediaPackets * (now.middle - before.middle)) / 1000;
        if (isMedia) latest = {start: before.start, end: now.end};
        else if (wasMedia) latest.end = now.end;  // the media may have stopped somewhere in this look
        if (before.start > begin + kLatestMs) return latest;
        [before, wasMedia] = [now, isMedia];
    }
}

/** The number of packets so far, at some time between `start` and `end`. */
async function look(server) {
    const start = performance.now();
    const {packetsOut: packets} = await server.traffic('server');
    const end = performance.now();
    return {packets, start, end, middle: (start + end) / 2};
}
