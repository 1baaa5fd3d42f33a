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
const kMediaPackets = 5;  // in one look, where media is 12 and what is left of ICE is less

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
                const begin = Date.now();
                await silence(scene, caller);
                const latest = await lastMedia(scene.network.server, begin);
                t.diagnostic(`${name}: media stopped after ${((latest - begin) / 1000).toFixed(1)} s`);
                assert.ok(latest - begin >= kEarliestMs, 'too early');
                assert.ok(latest - begin <= kLatestMs + kLookMs, 'too late');
            } finally {
                await scene.close();
            }
        });
    }
});

/** When the last packets of media went out to the client, watched for two seconds longer than they may. */
async function lastMedia(server, begin) {
    let latest = begin;
    let before = (await server.traffic('server')).packetsOut;
    while (Date.now() < begin + kLatestMs + 2000) {
        await sleep(kLookMs);
        const {packetsOut} = await server.traffic('server');
        if (packetsOut - before >= kMediaPackets) latest = Date.now();
        before = packetsOut;
    }
    return latest;
}
