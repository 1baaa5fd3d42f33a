/**
 * What a phone call survives: the NAT forgets it, the address changes, the network goes away for a while. The leg stays
 * the same and the sound comes back, both ways.
 */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {repeats} from './lib/effort.mjs';
import {behindNat} from './lib/network.mjs';
import {Scene} from './lib/scene.mjs';
import {spread} from './lib/spread.mjs';
import {heardAt, longestGap, waitForSteadyTone} from './lib/tones.mjs';
import {sleep} from './lib/wait.mjs';
import {wire} from './lib/wire.mjs';

const kRepeats = repeats(3, 20);
const kSteadyMs = 1500;
const kGapMs = 1000;

describe('staying', {timeout: 3_000_000}, () => {
    for (const [name, change] of [
        ['the NAT forgets its mappings', 'rebind'],
        ['the NAT changes its address', 'move'],
    ]) {
        it(name, async (t) => {
            const scene = await Scene.open(await behindNat());
            try {
                const speaker = await scene.speaker('staying');
                const client = await scene.chromium();
                const {legId} = await client.call(scene.server, 'staying');
                const gaps = {atClient: [], atSpeaker: []};
                for (let repeat = 0; repeat < kRepeats; ++repeat) {
                    await steady(client, speaker);
                    // Browsers check a settled pair every 2.5 s: to change at any moment in between.
                    await sleep((repeat * 900) % 2500);
                    const from = Date.now();
                    await scene.network[change]();
                    await sleep(2500);
                    await steady(client, speaker);
                    await assertSameLeg(scene, client, legId);
                    gaps.atClient.push(longestGap(await client.tones(), from, Date.now()));
                    gaps.atSpeaker.push(longestGap(await speaker.tones(), from, Date.now()));
                }
                t.diagnostic(`${name}: gap at the client ${spread(gaps.atClient)}, beyond ${spread(gaps.atSpeaker)}`);
                const late = [...gaps.atClient, ...gaps.atSpeaker].filter((gap) => gap > kGapMs);
                assert.deepEqual(late, [], `gaps of more than ${kGapMs} ms`);
            } finally {
                await scene.close();
            }
        });
    }

    for (const {seconds, backMs} of [
        {seconds: 5, backMs: 1000},
        {seconds: 10, backMs: 1000},
        {seconds: 20, backMs: 5000},
    ]) {
        it(`the network goes away for ${seconds} s`, async (t) => {
            const scene = await Scene.open(await wire('delay=20'));
            try {
                const calls = await Promise.all(
                    Array.from({length: kRepeats}, async (_, index) => {
                        const room = `blackout-${index}`;
                        const speaker = await scene.speaker(room);
                        const client = await scene.chromium();
                        const {legId} = await client.call(scene.server, room);
                        return {speaker, client, legId};
                    }),
                );
                for (const {client, speaker} of calls) await steady(client, speaker);
                await scene.network.set('blackout=1');
                await sleep(seconds * 1000);
                await scene.network.set('blackout=0');
                const end = Date.now();
                await sleep(backMs);

                const back = {atClient: [], atSpeaker: []};
                for (const {client, speaker, legId} of calls) {
                    await steady(client, speaker, {timeout: 10_000});
                    await assertSameLeg(scene, client, legId);
                    back.atClient.push(heardAt(await client.tones(), end) - end);
                    back.atSpeaker.push(heardAt(await speaker.tones(), end) - end);
                }
                const what = `${seconds} s without a network: sound back at the client after`;
                t.diagnostic(`${what} ${spread(back.atClient)}, beyond ${spread(back.atSpeaker)}`);
                const late = [...back.atClient, ...back.atSpeaker].filter((time) => time > backMs);
                assert.deepEqual(late, [], `later than ${backMs} ms`);
            } finally {
                await scene.close();
            }
        });
    }
});

/** The tone has been there for a while on both sides. */
async function steady(client, speaker, options) {
    await waitForSteadyTone(client, kSteadyMs, options);
    await waitForSteadyTone(speaker, kSteadyMs, options);
}

async function assertSameLeg(scene, client, legId) {
    const leg = (await scene.server.legs()).find(({id}) => id === legId);
    assert.ok(leg, 'the leg is still there');
    assert.equal(leg.state, 'connected');
    assert.equal((await client.path()).state, 'connected');
}
