/**
 * Networks of a few namespaces. The server is always in this process's own; every function gives an object with the
 * namespace of the `client`, the server's `addresses`, and close(), which takes the links away again.
 */

import {Namespace, OwnNamespace} from './namespace.mjs';
import {chain, table} from './rules.mjs';

export const kServer = '10.93.0.2';
export const kServerV6 = 'fd93::2';
export const kNatOutside = ['10.93.0.1', '10.93.0.4'];  // the second one is for a NAT that changes its address

/** No NAT at all: server and client on one cable, IPv4, IPv6 or both. */
export async function cable({v4 = true, v6 = false} = {}) {
    const server = new OwnNamespace();
    const client = await Namespace.create();
    await server.cable('server', client, 'client');
    const addresses = [...(v4 ? [kServer] : []), ...(v6 ? [kServerV6] : [])];
    await server.address('server', ...addresses.map((address) => `${address}/${address.includes(':') ? 64 : 24}`));
    await client.address('client', ...(v4 ? ['10.93.0.3/24'] : []), ...(v6 ? ['fd93::3/64'] : []));
    if (v4) await client.defaultRoute(kServer);
    if (v6) await client.defaultRoute(kServerV6);
    return {server, client, addresses, close: () => closeAll(server, client)};
}

/**
 * The client behind a NAT. `kind`: 'cone' keeps one mapping for a socket, 'symmetric' makes one for each destination
 * on a random port; `udp: false` lets no UDP through.
 */
export async function behindNat({kind = 'cone', udp = true} = {}) {
    const server = new OwnNamespace();
    const nat = await Namespace.create();
    const client = await Namespace.create();
    await server.cable('server', nat, 'outside');
    await nat.cable('inside', client, 'client');
    await server.address('server', `${kServer}/24`);
    await nat.address('outside', ...kNatOutside.map((address) => `${address}/24`));
    await nat.address('inside', '10.92.0.1/24');
    await client.address('client', '10.92.0.2/24');
    await client.defaultRoute('10.92.0.1');
    await forwarding(nat);
    const noUdp = udp ? '' : 'iifname "inside" meta l4proto udp drop';
    const chains = [chain('forward', noUdp, 'iifname "outside" ct state new drop'), chain('input', noUdp)];
    await nat.filter(table('ip', 'guard', ...chains));

    let mappings = 0;
    let outside = 0;
    /** From now on the NAT is `address`, with ports other than before: {address, ports: [first, last]}. */
    const map = async (address) => {
        const [first, last] = [[20_000, 29_999], [30_000, 39_999]][mappings++ % 2];
        const how = kind === 'symmetric' ? 'fully-random' : '';
        const rule = `oifname "outside" ip saddr 10.92.0.0/24 meta l4proto { tcp, udp } snat to ${address}:${first}-${last} ${how}`;
        await nat.filter(table('ip', 'nat', chain('postrouting', rule)));
        return {address, ports: [first, last]};
    };
    /** The same for flows there are already, or nothing happens to them. */
    const remap = async (address) => {
        const mapping = await map(address);
        await nat.run('conntrack', '--flush');
        return mapping;
    };
    await map(kNatOutside[0]);
    return {
        server,
        nat,
        client,
        addresses: [kServer],
        /** The NAT forgets its mappings and makes new ones on other ports, as after a restart. Gives {address, ports}. */
        rebind: () => remap(kNatOutside[outside % 2]),
        /** The same on another address, as between two mobile networks. */
        move: () => remap(kNatOutside[++outside % 2]),
        close: () => closeAll(server, nat, client),
    };
}

/** The server behind a one-to-one NAT: what the client knows as 203.0.113.7 is 10.94.0.2. */
export async function serverBehindNat() {
    const server = new OwnNamespace();
    const nat = await Namespace.create();
    const client = await Namespace.create();
    await server.cable('server', nat, 'inside');
    await nat.cable('outside', client, 'client');
    await server.address('server', '10.94.0.2/24');
    await nat.address('inside', '10.94.0.1/24');
    await nat.address('outside', '198.51.100.1/24');
    await client.address('client', '198.51.100.2/24');
    await server.defaultRoute('10.94.0.1');
    await client.defaultRoute('198.51.100.1');
    await forwarding(nat);
    const inward = chain('prerouting', 'ip daddr 203.0.113.7 dnat to 10.94.0.2');
    const outward = chain('postrouting', 'ip saddr 10.94.0.2 oifname "outside" snat to 203.0.113.7');
    await nat.filter(table('ip', 'nat', inward, outward));
    // Nobody outside gets at 10.94.0.2 itself.
    const stranger = 'iifname "outside" ct state new ct status & dnat == 0 drop';
    await nat.filter(table('ip', 'guard', chain('forward', stranger)));
    const addresses = ['10.94.0.2'];
    return {server, nat, client, addresses, external: '203.0.113.7', close: () => closeAll(server, nat, client)};
}

async function forwarding(nat) {
    await nat.run('sysctl', '-qw', 'net.ipv4.ip_forward=1');
}

async function closeAll(server, ...others) {
    await server.run('ip', 'link', 'delete', 'server');
    for (const other of others) other.close();
}
