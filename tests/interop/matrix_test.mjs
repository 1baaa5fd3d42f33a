/**
 * Every client, in every way of connecting, again and again: each attempt connects and hears a tone that another leg
 * says, and that leg hears the client.
 */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Caller} from './lib/caller.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {repeats} from './lib/effort.mjs';
import {launchFirefox} from './lib/firefox.mjs';
import {Namespace, OwnNamespace} from './lib/namespace.mjs';
import {Server} from './lib/server.mjs';
import {spread} from './lib/spread.mjs';
import {audible, waitForSteadyTone, waitForTone} from './lib/tones.mjs';
import {until} from './lib/wait.mjs';

const kRepeats = repeats(1, 20);
const kClients = ['chromium', 'firefox', 'aiortc', 'gstreamer'];
const kHeardMs = 300;  // how long a tone lasts before we believe it

/** The offer's setup attribute as the server sees it, what the server answers, and who is who in DTLS. */
const kRoles = [
    {setup: 'actpass', answer: 'active', clientIs: 'server', name: 'server is DTLS client'},
    {setup: 'active', answer: 'passive', clientIs: 'client', name: 'server is DTLS server'},
];

describe('matrix', {timeout: 3_000_000}, () => {
    const browsers = {};
    let server;
    let pages;
    let home;
    let elsewhere;
    let speaker;

    before(async () => {
        home = new OwnNamespace();
        elsewhere = await Namespace.create();  // a cable needs two ends, and browsers a default route
        await home.cable('net', elsewhere, 'net');
        await home.address('net', '10.91.0.2/24');
        await elsewhere.address('net', '10.91.0.1/24');
        await home.defaultRoute('10.91.0.1');
        server = await Server.start();
        pages = await PageServer.start();
        speaker = await Caller.start(home, 'plain', {says: 440, listens: 660, addresses: ['10.91.0.2']});
        await speaker.call(server, 'matrix');
    });

    after(async () => {
        await Promise.all(Object.values(browsers).map((browser) => browser.close()));
        await speaker?.close();
        await pages?.stop();
        await server?.stop();
        elsewhere?.close();
    });

    async function openClient(kind) {
        if (!['chromium', 'firefox'].includes(kind)) return Caller.start(home, kind);
        browsers[kind] ??= await (kind === 'firefox' ? launchFirefox() : launchBrowser());
        return Client.open(browsers[kind], pages, {hz: 660, listens: 440});
    }

    /** One call from start to end; milliseconds from its POST to the first sample of the tone. */
    async function attempt(kind, trickle, role) {
        const client = await openClient(kind);
        await until('the one before is not heard any more', async () => !audible(await speaker.tones()));
        try {
            const {postedAt, offer, answer} = await client.call(server, 'matrix', {trickle, setup: role.setup});
            assert.match(answer, new RegExp(`^a=setup:${role.answer}\r$`, 'm'));
            assert.equal(/^a=candidate:/m.test(offer), !trickle, 'candidates in the offer');
            const heardAt = await waitForTone(client, postedAt);
            await waitForSteadyTone(client, kHeardMs);
            await waitForTone(speaker, postedAt);
            if (kind === 'chromium') assert.equal((await client.path()).dtlsRole, role.clientIs);
            await client.hangUp();
            return heardAt - postedAt;
        } finally {
            await client.close();
        }
    }

    for (const kind of kClients) {
        for (const trickle of [true, false]) {
            for (const role of kRoles) {
                const way = trickle ? 'trickled' : 'candidates in the offer';
                it(`${kind}, ${way}, ${role.name}`, async (t) => {
                    const times = [];
                    const failures = [];
                    for (let repeat = 0; repeat < kRepeats; ++repeat) {
                        await attempt(kind, trickle, role).then(
                            (time) => times.push(time),
                            (error) => failures.push(error.message),
                        );
                    }
                    const what = `${kind}, ${way}, ${role.name}`;
                    t.diagnostic(`${what}: ${kRepeats} calls, ${failures.length} failed; tone after ${spread(times)}`);
                    assert.deepEqual(failures, []);
                });
            }
        }
        it(`${kind} is done`, async () => {
            await browsers[kind]?.close();
            delete browsers[kind];
            assert.equal((await server.legs()).length, 1, 'the speaker alone is left');
        });
    }
});
