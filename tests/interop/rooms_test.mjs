/** Who hears whom in Chromium, told by tones: mute, deaf, whisper routing, bridges in all four directions, gain. */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {assertSilence, settled} from './lib/hearing.mjs';
import {Server} from './lib/server.mjs';
import {decibels, toneShares} from './lib/tone.mjs';
import {until} from './lib/wait.mjs';

const kSampleRate = 48_000;
const kHeard = 0.8;     // share of the power of one who alone is heard
const kMixed = 0.25;    // share of one of two
const kNotHeard = 0.02;

/** The tone's least and greatest share in 200 ms of the next `seconds`. */
async function shares(client, seconds, ...tones) {
    const samples = await client.record(seconds);
    return tones.map((hz) => {
        const all = toneShares(samples, hz, kSampleRate);
        return {least: Math.min(...all), most: Math.max(...all)};
    });
}

/** Within a few seconds `client` hears one second of all `tones`, each at least so much. */
async function hears(client, share, ...tones) {
    await until(`${tones} Hz at ${client.name}`, async () => {
        return (await shares(client, 1, ...tones)).every(({least}) => least > share);
    });
}

describe('rooms', {timeout: 300_000}, () => {
    let server;
    let pages;
    let browser;

    before(async () => {
        server = await Server.start();
        pages = await PageServer.start();
        browser = await launchBrowser({});
    });

    after(async () => {
        await browser?.close();
        await pages?.stop();
        await server?.stop();
    });

    async function demand(method, path, body) {
        const reply = await server.request(method, path, body);
        assert.ok(reply.status < 300, `${method} ${path}: ${reply.status} ${JSON.stringify(reply.body)}`);
        return reply.body;
    }

    /** A page that says `hz`, in `room`. */
    async function participant(hz, room) {
        const client = await Client.open(browser, pages, {hz});
        await client.call(server, room);
        return client;
    }

    /** Runs `test` with a page for each of [hz, room]. */
    async function withParticipants(places, test) {
        const clients = [];
        try {
            for (const [hz, room] of places) clients.push(await participant(hz, room));
            await test(...clients);
            assert.deepEqual(clients.flatMap((client) => client.page.problems), []);
        } finally {
            for (const client of clients) {
                await client.hangUp();
                await client.close();
            }
        }
    }

    it('mute and deaf', async () => {
        await withParticipants([[440, 'flags'], [660, 'flags']], async (low, high) => {
            await settled(low, 660);
            await settled(high, 440);
            await demand('POST', `/v1/legs/${low.legId}/mute`);
            await assertSilence(high);
            await settled(low, 660);
            await demand('DELETE', `/v1/legs/${low.legId}/mute`);
            await settled(high, 440);

            await demand('POST', `/v1/legs/${low.legId}/deaf`);
            await assertSilence(low);
            await settled(high, 440);
            await demand('DELETE', `/v1/legs/${low.legId}/deaf`);
            await settled(low, 660);
        });
    });

    it('whispers', async (t) => {
        const places = [[440, 'centre'], [660, 'centre'], [880, 'lounge']];
        await withParticipants(places, async (customer, agent, supervisor) => {
            await demand('PUT', '/v1/rooms/centre/routing', {matrix: {
                customer: ['agent'],
                agent: ['customer', 'supervisor'],
                supervisor: ['customer', 'agent'],
            }});
            await demand('PATCH', `/v1/legs/${customer.legId}/role`, {role: 'customer'});
            await demand('PATCH', `/v1/legs/${agent.legId}/role`, {role: 'agent'});
            await settled(customer, 660);
            await settled(agent, 440);

            let most = 0;
            for (let visit = 0; visit < 5; ++visit) {
                const [atCustomer] = await Promise.all([shares(customer, 4, 880, 660), (async () => {
                    await demand('POST', '/v1/rooms/centre/legs', {leg_id: supervisor.legId, role: 'supervisor'});
                    await hears(agent, kMixed, 440, 880);
                })()]);
                assert.ok(atCustomer[0].most < kNotHeard, `the supervisor at the customer: ${atCustomer[0].most}`);
                assert.ok(atCustomer[1].least > kHeard, `the agent at the customer: ${atCustomer[1].least}`);
                most = Math.max(most, atCustomer[0].most);
                await hears(supervisor, kMixed, 440, 660);
                await demand('POST', '/v1/rooms/lounge/legs', {leg_id: supervisor.legId, role: ''});
                await settled(agent, 440);
            }
            t.diagnostic(`most of the supervisor at the customer in 200 ms of five visits ${most.toFixed(5)}`);
        });
    });

    it('bridges', async () => {
        await withParticipants([[440, 'left'], [660, 'right']], async (left, right) => {
            await demand('POST', '/v1/rooms/left/bridges', {room_id: 'right', id: 'way', direction: 'none'});
            await assertSilence(left);
            await assertSilence(right);
            for (const direction of ['bidirectional', 'send', 'none', 'receive', 'bidirectional']) {
                await demand('PATCH', '/v1/rooms/left/bridges/way', {direction});
                const [toRight, toLeft] = [['bidirectional', 'send'], ['bidirectional', 'receive']]
                    .map((directions) => directions.includes(direction));
                await (toRight ? settled(right, 440) : assertSilence(right));
                await (toLeft ? settled(left, 660) : assertSilence(left));
            }
            const [atLeft, atRight] = await Promise.all([shares(left, 2, 440), shares(right, 2, 660)]);
            assert.ok(atLeft[0].most < kNotHeard && atRight[0].most < kNotHeard, 'nobody hears itself');
            await demand('DELETE', '/v1/rooms/right/bridges/way');
            await assertSilence(left);
            await assertSilence(right);
        });
    });

    it('gain', async (t) => {
        await withParticipants([[440, 'gain'], [660, 'gain']], async (low, high) => {
            const level = async (gain) => {
                await demand('PATCH', `/v1/legs/${low.legId}`, {gain_db: gain});
                await settled(high, 440);
                return decibels(await high.record(1));
            };
            const plain = await level(0);
            for (const gain of [-12, -6, 3]) {
                const change = (await level(gain)) - plain;
                t.diagnostic(`${gain} dB: ${change.toFixed(2)} dB`);
                assert.ok(Math.abs(change - gain) < 0.5, `${gain} dB made ${change.toFixed(2)}`);
            }
        });
    });
});
