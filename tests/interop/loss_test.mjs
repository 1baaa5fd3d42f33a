/**
 * Calls are set up over a network that loses packets in both directions, and the caller hears the other in time.
 */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {kLong, repeats} from './lib/effort.mjs';
import {Scene} from './lib/scene.mjs';
import {spread} from './lib/spread.mjs';
import {waitForTone} from './lib/tones.mjs';
import {wire} from './lib/wire.mjs';

const kCalls = repeats(6, 100);
const kAtOnce = 2;
const kInaudible = 20_000;  // they are all in one room, and only the speaker is to be heard

const kCases = [
    {loss: 10, seconds: 5, share: 0.99, long: true},
    {loss: 20, seconds: 10, share: 0.99},
    {loss: 50, seconds: 30, share: 0.95, long: true},
];

describe('set-up under loss', {timeout: 3_000_000}, () => {
    for (const {loss, seconds, share, long} of kCases) {
        it(`${loss} %`, {skip: long && !kLong && 'only with --long'}, async (t) => {
            const scene = await Scene.open(await wire('delay=20', `loss=${loss}`));
            try {
                await scene.speaker('loss');
                const times = [];
                for (let done = 0; done < kCalls; done += kAtOnce) {
                    const count = Math.min(kAtOnce, kCalls - done);
                    times.push(...(await Promise.all(Array.from({length: count}, () => attempt(scene, seconds)))));
                }
                const inTime = times.filter((time) => time !== null);
                const what = `${loss} % loss: ${inTime.length} of ${kCalls} heard within ${seconds} s`;
                t.diagnostic(`${what}, ${spread(inTime)}`);
                // Of a few calls, one may be the one that would have been lost in a hundred.
                assert.ok(inTime.length >= Math.floor(kCalls * share), `${inTime.length} of ${kCalls}`);
            } finally {
                await scene.close();
            }
        });
    }
});

/** Milliseconds from POST to tone; null when that takes longer than `seconds`. */
async function attempt(scene, seconds) {
    const client = await scene.chromium({hz: kInaudible});
    try {
        const begin = Date.now();
        const call = client.call(scene.server, 'loss', {connectMs: seconds * 1000}).then(({postedAt}) => postedAt);
        call.catch(() => {});  // the tone is what counts, and says it too
        const at = await waitForTone(client, begin, {timeout: seconds * 1000 + 500});
        const time = at - (await call);
        return time <= seconds * 1000 ? time : null;
    } catch {
        return null;
    } finally {
        await client.hangUp().catch(() => {});
        await client.close();
    }
}
