/** What the server plays, as Chromium hears it: tones, an MP3 of 44.1 kHz in stereo, and each step of the volume. */

import assert from 'node:assert/strict';
import {once} from 'node:events';
import {readFile} from 'node:fs/promises';
import {createServer} from 'node:http';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {assertSilence} from './lib/hearing.mjs';
import {Server} from './lib/server.mjs';
import {decibels, tonePower, toneShare} from './lib/tone.mjs';
import {until} from './lib/wait.mjs';

const kSampleRate = 48_000;
/** 700 Hz at the left and 1300 Hz at the right, three seconds, each at half of full scale. */
const kMp3 = new URL('./sounds/two_tones_44100_stereo.mp3', import.meta.url);

/** Serves the MP3, wherever it is asked for but at /missing. */
async function soundServer() {
    const bytes = await readFile(kMp3);
    const server = createServer((request, response) => {
        if (request.url === '/missing') return response.writeHead(404).end();
        response.writeHead(200, {'Content-Type': 'audio/mpeg'}).end(bytes);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    server.origin = `http://127.0.0.1:${server.address().port}`;
    return server;
}

describe('playback', {timeout: 300_000}, () => {
    let server;
    let pages;
    let browser;
    let sounds;

    before(async () => {
        server = await Server.start({COMFORT_NOISE_ENABLED: 'false'});
        pages = await PageServer.start();
        browser = await launchBrowser({});
        sounds = await soundServer();
    });

    after(async () => {
        await browser?.close();
        await pages?.stop();
        await server?.stop();
        sounds?.close();
    });

    async function demand(method, path, body) {
        const reply = await server.request(method, path, body);
        assert.equal(reply.status, 200, `${method} ${path}: ${JSON.stringify(reply.body)}`);
        return reply.body;
    }

    /** Runs `test` with a page in `room` that says nothing one can hear. */
    async function withListener(room, test) {
        const client = await Client.open(browser, pages, {hz: 20_000});
        try {
            await client.call(server, room);
            await test(client);
        } finally {
            await client.hangUp();
            await client.close();
        }
    }

    const play = async (path, body) => `${path}/${(await demand('POST', path, body)).playback_id}`;

    async function hears(client, hz, least) {
        await until(`${hz} Hz is heard`, async () => toneShare(await client.record(1), hz, kSampleRate) > least);
    }

    /** The event that ended the playback. */
    async function endOf(playback) {
        const id = playback.split('/').at(-1);
        const ended = async () => {
            const {body} = await server.request('GET', '/v1/events?after=0');
            return body.events.find((event) => event.playback_id === id && event.type !== 'playback.started');
        };
        return until(`the end of ${id}`, ended, {timeout: 15_000});
    }

    it('an MP3 of 44.1 kHz in stereo, at a leg and in a room', async () => {
        await withListener('cinema', async (client) => {
            for (const path of [`/v1/legs/${client.legId}/play`, '/v1/rooms/cinema/play']) {
                const endless = await play(path, {url: `${sounds.origin}/a.mp3`, repeat: -1});
                for (const hz of [700, 1300]) await hears(client, hz, 0.35);
                const samples = await client.record(2);
                for (const hz of [700, 1300]) {
                    const level = 10 * Math.log10(tonePower(samples, hz, kSampleRate));
                    assert.ok(Math.abs(level - 10 * Math.log10(0.25 * 0.25 / 2)) < 1, `${hz} Hz at ${level} dB`);
                }
                await demand('DELETE', endless);
                assert.equal((await endOf(endless)).reason, 'stopped');
                await assertSilence(client);

                const once = await endOf(await play(path, {url: `${sounds.origin}/a.mp3`}));
                assert.equal(once.reason, 'completed');
                assert.ok(Math.abs(once.played_ms - 3000) <= 120, `played ${once.played_ms} ms of 3000`);
            }
        });
    });

    it('each step of the volume is 3 dB, within 0.5', async (t) => {
        await withListener('volume', async (client) => {
            const tone = await play(`/v1/legs/${client.legId}/play`, {tone: 'de_dial', volume: -1});
            await hears(client, 425, 0.9);
            await new Promise((resolve) => setTimeout(resolve, 2000));  // the jitter buffer's first seconds
            const level = async (volume) => {
                await demand('PATCH', tone, {volume});
                await new Promise((resolve) => setTimeout(resolve, 700));
                return decibels(await client.record(1));
            };
            const plain = await level(0);
            const errors = [];
            for (let volume = -8; volume <= 1; ++volume) errors.push((await level(volume)) - plain - 3 * volume);
            t.diagnostic(`volume steps: off by ${errors.map((error) => error.toFixed(2)).join(' ')} dB`);
            assert.ok(errors.every((error) => Math.abs(error) < 0.5), errors.join(' '));
            await demand('DELETE', tone);
        });
    });

    it('what cannot be fetched is an error, and the leg lives on', async () => {
        await withListener('errors', async (client) => {
            const path = `/v1/legs/${client.legId}/play`;
            const missing = await endOf(await play(path, {url: `${sounds.origin}/missing`}));
            assert.equal(missing.type, 'playback.error');
            assert.match(missing.error, /HTTP status 404/);
            const page = await endOf(await play(path, {url: `${server.origin}/`}));
            assert.equal(page.type, 'playback.error');
            assert.equal((await endOf(await play(path, {tone: 'xx_busy'}))).type, 'playback.error');
            await play(path, {tone: 'fr_dial'});
            await hears(client, 440, 0.9);
        });
    });
});
