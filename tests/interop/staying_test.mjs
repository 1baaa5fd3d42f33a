/**
 * What a phone call survives: the NAT forgets it, the address changes, the network goes away for a while. The leg stays
 * the same and the sound comes back, both ways.
 */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {kLong, repeats} from './lib/effort.mjs';
import {behindNat} from './lib/network.mjs';
import {Scene} from './lib/scene.mjs';
import {spread} from './lib/spread.mjs';
import {heardAt, longestGap, waitForSteadyTone} from './lib/tones.mjs';
import {sleep, until} from './lib/wait.mjs';
import {wire} from './lib/wire.mjs';

const kRepeats = repeats(3, 20);
const kCallsAtOnce = 4;  // of those that go through one blackout together
const kSteadyMs = 1500;
const kGapMs = 1000;
const kCheckMs = 2500;  // how often browsers check a pair that is settled

describe('changes', {timeout: 3_000_000}, () => {
    let scene;
    const calls = {};

    before(async () => {
        scene = await Scene.open(await behindNat());
    });

    after(async () => scene?.close());

    /** The one call of this kind of client, long enough in progress to be settled. */
    async function settled(kind) {
        if (calls[kind]) return calls[kind];
        calls[kind] = await begin(scene, kind, kind);
        await sleep(2 * kCheckMs);
        return calls[kind];
    }

    for (const [kind, what, change, long] of [
        ['chromium', 'the NAT forgets its mappings', 'rebind'],
        ['chromium', 'the NAT changes its address', 'move'],
        ['aiortc', 'the NAT forgets its mappings', 'rebind', true],
    ]) {
        const name = `${kind}: ${what}`;
        it(name, {skip: long && !kLong && 'only with --long'}, async (t) => {
            const call = await settled(kind);
            const gaps = {atClient: [], atSpeaker: []};
            for (let repeat = 0; repeat < kRepeats; ++repeat) {
                await steady(call);
                await sleep((repeat * 900) % kCheckMs);  // at any moment between two checks
                const from = Date.now();
                const mapping = await scene.network[change]();
                await sleep(kCheckMs);
                await steady(call);
                await assertReachedBy(scene, call, mapping);
                await assertSameLeg(scene, call);
                gaps.atClient.push(longestGap(await call.client.tones(), from, Date.now()));
                gaps.atSpeaker.push(longestGap(await call.speaker.tones(), from, Date.now()));
            }
            t.diagnostic(`${name}: gap at the client ${spread(gaps.atClient)}, beyond ${spread(gaps.atSpeaker)}`);
            const long = [...gaps.atClient, ...gaps.atSpeaker].filter((gap) => gap > kGapMs);
            assert.deepEqual(long, [], `gaps of more than ${kGapMs} ms`);
        });
    }
});

describe('blackouts', {timeout: 3_000_000}, () => {
    let scene;

    before(async () => {
        scene = await Scene.open(await wire('delay=20'));
    });

    after(async () => scene?.close());

    for (const {seconds, backMs} of [
        {seconds: 5, backMs: 1000},
        {seconds: 10, backMs: 1000},
        {seconds: 20, backMs: 5000},
    ]) {
        it(`no network for ${seconds} s`, async (t) => {
            const back = {atClient: [], atSpeaker: []};
            while (back.atClient.length < kRepeats) {
                const count = Math.min(kCallsAtOnce, kRepeats - back.atClient.length);
                const calls = [];
                for (let index = 0; index < count; ++index) calls.push(await begin(scene, `blackout-${index}`));
                const end = await blackout(scene, calls, seconds);
                await sleep(backMs);
                for (const call of calls) {
                    await steady(call);
                    await assertSameLeg(scene, call);
                    back.atClient.push(heardAt(await call.client.tones(), end) - end);
                    back.atSpeaker.push(heardAt(await call.speaker.tones(), end) - end);
                    await endCall(call);
                }
            }
            const what = `no network for ${seconds} s: sound back at the client after`;
            t.diagnostic(`${what} ${spread(back.atClient)}, beyond ${spread(back.atSpeaker)}`);
            const late = [...back.atClient, ...back.atSpeaker].filter((time) => time > backMs);
            assert.deepEqual(late, [], `later than ${backMs} ms`);
        });
    }
});

/** A client and a speaker in `room`: {client, speaker, legId}. */
async function begin(scene, room, kind = 'chromium') {
    const speaker = await scene.speaker(room);
    const client = kind === 'chromium' ? await scene.chromium() : await scene.caller(kind);
    const {legId} = await client.call(scene.server, room);
    return {client, speaker, legId};
}

async function endCall({client, speaker}) {
    await client.hangUp();
    await client.close();
    await speaker.hangUp();
}

/** When the network was there again. */
async function blackout(scene, calls, seconds) {
    for (const call of calls) await steady(call);
    await scene.network.set('blackout=1');
    await sleep(seconds * 1000);
    await scene.network.set('blackout=0');
    return Date.now();
}

/** The tone has been there for a while on both sides. */
async function steady({client, speaker}) {
    await waitForSteadyTone(client, kSteadyMs);
    await waitForSteadyTone(speaker, kSteadyMs);
}

/** The change has happened: the server sends to the NAT's new address and ports. */
async function assertReachedBy(scene, {legId}, {address, ports: [first, last]}) {
    let remote;
    await until(`the server sends to ${address}:${first}-${last}`, async () => {
        const {body} = await scene.server.request('GET', `/v1/legs/${legId}/ice`);
        remote = body.selected?.remote ?? 'nobody';
        const [ip, port] = remote.split(':');
        return ip === address && port >= first && port <= last;
    }, {timeout: 5000}).catch((error) => {
        throw new Error(`${error.message}, but to ${remote}`);
    });
}

async function assertSameLeg(scene, {client, legId}) {
    const leg = (await scene.server.legs()).find(({id}) => id === legId);
    assert.ok(leg, 'the leg is still there');
    assert.equal(leg.state, 'connected');
    if (client.path) assert.equal((await client.path()).state, 'connected');
}
