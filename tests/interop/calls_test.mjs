/** Two browsers in one room hear each other and not themselves, whichever way their candidates travel. */

import assert from 'node:assert/strict';
import {mkdtemp, rm} from 'node:fs/promises';
import {networkInterfaces, tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {assertHears} from './lib/hearing.mjs';
import {Server} from './lib/server.mjs';
import {writeTone} from './lib/wav.mjs';

const kUsualMs = 1000;  // from POST to sound, half of all calls
const kWorstMs = 5000;

describe('calls', {timeout: 300_000}, () => {
    let server;
    let pages;

    before(async () => {
        server = await Server.start();
        pages = await PageServer.start();
    });

    after(async () => {
        await pages?.stop();
        await server?.stop();
    });

    /** Runs `test` with browsers that are closed afterwards, come what may. */
    async function withBrowsers(options, test) {
        const browsers = [];
        try {
            for (const option of options) browsers.push(await launchBrowser(option));
            await test(...browsers);
        } finally {
            await Promise.all(browsers.map((browser) => browser.close()));
        }
    }

    /** A 440 Hz client and a 660 Hz client talk for five seconds, then hang up. */
    async function talk(t, room, low, high, options) {
        await low.call(server, room, options);
        await high.call(server, room, options);
        const [atLow, atHigh] = await Promise.all([
            assertHears(low, {tone: 660, own: 440}),
            assertHears(high, {tone: 440, own: 660}),
        ]);
        t.diagnostic(`worst share of the other's tone ${Math.min(atLow.heard, atHigh.heard).toFixed(3)}`);
        t.diagnostic(`worst share of the own tone ${Math.max(atLow.echoed, atHigh.echoed).toFixed(4)}`);
        assert.equal((await server.participants(room)).length, 2);
        await Promise.all([low.hangUp(), high.hangUp()]);
        assert.deepEqual(await server.participants(room), []);
        assert.deepEqual([...low.page.problems, ...high.page.problems], []);
    }

    it('two browsers with microphones', async (t) => {
        const folder = await mkdtemp(join(tmpdir(), 'legroom-'));
        try {
            const microphones = [440, 660].map((hz) => ({microphone: join(folder, `${hz}.wav`)}));
            await writeTone(microphones[0].microphone, {frequency: 440});
            await writeTone(microphones[1].microphone, {frequency: 660});
            await withBrowsers(microphones, async (first, second) => {
                await talk(t, 'microphones', await Client.open(first, pages), await Client.open(second, pages));
            });
        } finally {
            await rm(folder, {recursive: true});
        }
    });

    it('trickled candidates', async (t) => {
        await withBrowsers([{}], async (browser) => {
            const low = await Client.open(browser, pages, {hz: 440});
            const high = await Client.open(browser, pages, {hz: 660});
            await talk(t, 'trickle', low, high);
            for (const {offers, candidates} of [low, high]) {
                assert.doesNotMatch(offers[0], /^a=candidate:/m, 'the offer leaves before any candidate is known');
                assert.ok(candidates.some((line) => / udp .* typ host/.test(line)), candidates.join('\n'));
            }
        });
    });

    it('candidates only in the offer', async (t) => {
        await withBrowsers([{}], async (browser) => {
            const low = await Client.open(browser, pages, {hz: 440});
            const high = await Client.open(browser, pages, {hz: 660});
            await talk(t, 'in-the-offer', low, high, {trickle: false});
            for (const {offers, candidates} of [low, high]) {
                assert.match(offers[0], /^a=candidate:.* udp .* typ host/m);
                assert.deepEqual(candidates, []);
            }
        });
    });

    for (const trickle of [true, false]) {
        const where = trickle ? 'trickled' : 'in the offer';
        it(`.local candidates only, ${where}`, {skip: unreachable()}, async (t) => {
            await withBrowsers([{grant: false}], async (browser) => {
                const low = await Client.open(browser, pages, {hz: 440});
                const high = await Client.open(browser, pages, {hz: 660});
                await talk(t, `local-names-${trickle}`, low, high, {trickle});
                for (const {offers, candidates} of [low, high]) {
                    const lines = [...candidates, ...(offers[0].match(/(?<=^a=)candidate:.*/gm) ?? [])];
                    assert.ok(lines.length > 0);
                    for (const line of lines) assert.match(line, /^candidate:\S+ \d \w+ \d+ [0-9a-f-]+\.local /);
                }
            });
        });
    }

    it('twenty calls in a row', async (t) => {
        await withBrowsers([{}], async (browser) => {
            const partner = await Client.open(browser, pages, {hz: 440});
            const caller = await Client.open(browser, pages, {hz: 660});
            const before = (await server.legs()).length;
            await partner.call(server, 'twenty');

            const times = [];
            for (let call = 0; call < 20; ++call) {
                await caller.call(server, 'twenty');
                times.push(await caller.firstSound());
                await caller.hangUp();
                assert.equal((await server.participants('twenty')).length, 1);
            }
            await partner.hangUp();
            assert.deepEqual(await server.participants('twenty'), []);
            assert.ok((await server.legs()).length <= before, 'a call left a leg behind');

            times.sort((a, b) => a - b);
            const [fastest, median, slowest] = [times[0], times[10], times[19]].map(Math.round);
            t.diagnostic(`POST to first audible sample: median ${median} ms, ${fastest} to ${slowest} ms`);
            assert.ok(median < kUsualMs && slowest < kWorstMs, `median ${median} ms, slowest ${slowest} ms`);
            assert.deepEqual([...partner.page.problems, ...caller.page.problems], []);
        });
    });
});

/** A browser without a microphone grant uses the default route only: on a machine with no network, no call at all. */
function unreachable() {
    const outward = Object.values(networkInterfaces()).flat().some(({internal}) => !internal);
    return outward ? false : 'this machine has no network interface besides loopback';
}
