/** Chromium accepts the answers to whatever it offers, and sound flows in the directions it offered. */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {assertSilence, settled} from './lib/hearing.mjs';
import {Server} from './lib/server.mjs';

const kAudio = {kind: 'audio', direction: 'sendrecv'};
const kVideo = {kind: 'video', direction: 'sendrecv'};

/** One line an offer; `expect` is the direction of each audio and video section after the answer, null for rejected. */
const kShapes = [
    {name: 'audio only', media: [kAudio], expect: ['sendrecv']},
    {name: 'audio and video', media: [kAudio, kVideo], expect: ['sendrecv', null]},
    {name: 'video before audio', media: [kVideo, kAudio], expect: [null, 'sendrecv']},
    {name: 'audio and a data channel', media: [kAudio], dataChannel: true, expect: ['sendrecv']},
    {name: 'recvonly', media: [{kind: 'audio', direction: 'recvonly'}], expect: ['recvonly']},
    {name: 'sendonly', media: [{kind: 'audio', direction: 'sendonly'}], expect: ['sendonly']},
    {name: 'two audio sections', media: [kAudio, kAudio], expect: ['sendrecv', null]},
    ...['max-bundle', 'balanced', 'max-compat'].map((bundlePolicy) => ({
        name: `audio, video, audio, data channel with bundle policy ${bundlePolicy}`,
        bundlePolicy,
        media: [kAudio, kVideo, kAudio],
        dataChannel: true,
        expect: ['sendrecv', null, null],
    })),
];

describe('offers', {timeout: 240_000}, () => {
    let server;
    let pages;
    let browser;
    let partner;  // sends 440 Hz all the time

    before(async () => {
        server = await Server.start();
        pages = await PageServer.start();
        browser = await launchBrowser();
        partner = await Client.open(browser, pages, {hz: 440});
        await partner.call(server, 'offers');
    });

    after(async () => {
        await browser?.close();
        await pages?.stop();
        await server?.stop();
    });

    for (const {name, expect, ...shape} of kShapes) {
        it(name, async () => {
            const caller = await Client.open(browser, pages, {hz: 660});
            try {
                const {signalingState, directions} = await caller.call(server, 'offers', {shape});
                assert.equal(signalingState, 'stable');
                assert.deepEqual(directions, expect);

                const direction = expect.find(Boolean);
                await (direction.includes('recv') ? settled(caller, 440) : assertSilence(caller));
                await (direction.includes('send') ? settled(partner, 660) : assertSilence(partner));
                await caller.hangUp();
                assert.equal((await server.participants('offers')).length, 1);
                assert.deepEqual(caller.page.problems, []);
            } finally {
                await caller.close();
            }
        });
    }
});
