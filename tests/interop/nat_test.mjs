/** A call gets through: every kind of NAT and firewall, a server behind a NAT of its own, either family of addresses. */

import assert from 'node:assert/strict';
import {describe, it} from 'node:test';
import {behindNat, cable, kNatOutside, kServer, kServerV6, serverBehindNat} from './lib/network.mjs';
import {Relay} from './lib/relay.mjs';
import {chain, table} from './lib/rules.mjs';
import {Scene} from './lib/scene.mjs';
import {waitForSteadyTone, waitForTone} from './lib/tones.mjs';

/** Connects `client` to a speaker at the server's side, and has both hear the other. Gives what call() gave. */
async function talk(t, scene, client, {speaker, options} = {}) {
    const other = speaker ?? (await scene.speaker('nat'));
    const call = await client.call(scene.server, 'nat', options);
    const heardAt = await waitForTone(client, call.postedAt);
    await waitForSteadyTone(client);
    await waitForSteadyTone(other);
    t.diagnostic(`${t.name}: tone after ${heardAt - call.postedAt} ms`);
    return call;
}

/** One test with a scene that is closed afterwards. */
function scene(name, open, test, environment = {}) {
    it(name, async (t) => {
        const stage = await Scene.open(await open(), environment);
        try {
            await test(t, stage);
        } finally {
            await stage.close();
        }
    });
}

describe('nat', {timeout: 600_000}, () => {
    for (const kind of ['cone', 'symmetric']) {
        for (const who of ['chromium', 'aiortc']) {
            scene(`${who} behind a ${kind} NAT`, () => behindNat({kind}), async (t, stage) => {
                const client = who === 'chromium' ? await stage.chromium() : await stage.caller(who);
                await talk(t, stage, client);
            });
        }
    }

    scene('UDP blocked, ICE-TCP', () => behindNat({udp: false}), async (t, stage) => {
        const client = await stage.chromium();
        const {answer} = await talk(t, stage, client);
        assert.match(answer, new RegExp(`^a=candidate:.* tcp \\d+ ${kServer} \\d+ typ host tcptype passive`, 'mi'));
        const {local, remote} = await client.path();
        assert.deepEqual([local.protocol, remote.protocol], ['tcp', 'tcp']);
    });

    scene(
        'UDP blocked, relay over TCP',
        () => behindNat({udp: false}),
        async (t, stage) => {
            const relay = await Relay.start(stage.network.nat, kNatOutside[0], kServer);
            try {
                const client = await stage.chromium();
                await talk(t, stage, client, {options: {iceTransportPolicy: 'relay'}});  // legroom.js asks for the relay
                const {local} = await client.path();
                assert.deepEqual([local.candidateType, local.relayProtocol], ['relay', 'tcp']);
            } finally {
                await relay.close();
            }
        },
        Relay.environment(kNatOutside[0]),
    );

    scene(
        'server behind a one-to-one NAT, WEBRTC_EXTERNAL_IPS',
        serverBehindNat,
        async (t, stage) => {
            const {client: namespace, external} = stage.network;
            const speaker = await stage.speaker('nat', {namespace, addresses: ['198.51.100.2']});
            const {answer} = await talk(t, stage, await stage.chromium(), {speaker});
            assert.match(answer, new RegExp(`^a=candidate:.* ${external} \\d+ typ host`, 'm'));
            assert.doesNotMatch(answer, /10\.94\.0\.2/, 'the address inside is of no use to anybody');
        },
        {WEBRTC_EXTERNAL_IPS: '203.0.113.7'},
    );

    scene('IPv6 only', () => cable({v4: false, v6: true}), async (t, stage) => {
        const {answer} = await talk(t, stage, await stage.chromium());
        assert.match(answer, new RegExp(`^a=candidate:.* ${kServerV6} \\d+ typ host`, 'm'));
    });

    for (const broken of ['', 'IPv4', 'IPv6']) {
        const name = broken ? `dual stack, ${broken} leads nowhere` : 'dual stack';
        scene(name, () => cable({v4: true, v6: true}), async (t, stage) => {
            const family = broken === 'IPv4' ? 'ip' : 'ip6';
            const rules = table(family, 'broken', chain('input', 'meta l4proto udp drop'));
            if (broken) await stage.network.client.filter(rules);
            const client = await stage.chromium();
            await talk(t, stage, client);
            const {local} = await client.path();
            t.diagnostic(`${name}: ${local.address}`);
            if (broken) assert.equal(local.address.includes(':'), broken === 'IPv4');
        });
    }
});
