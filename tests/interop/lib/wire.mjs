/** Server and client joined by a wire that can be slow, lossy or dead: tests/net/wire.cpp. */

import {Namespace, OwnNamespace} from './namespace.mjs';
import {LineProcess} from './line_process.mjs';
import {kServer} from './network.mjs';

/** `options` as for set() below. */
export async function wire(...options) {
    const server = new OwnNamespace();
    const client = await Namespace.create();
    const program = process.env.LEGROOM_WIRE;
    if (!program) throw new Error('set LEGROOM_WIRE to the program net_wire');
    const process_ = new LineProcess([program, server.file, client.file, '1']);
    await process_.line('ready');
    await server.address('wire', `${kServer}/24`);
    await client.address('wire', '10.93.0.3/24');
    await client.run('ip', 'route', 'replace', 'default', 'dev', 'wire');

    const set = async (option) => {
        process_.write(option);
        await process_.line(option);
    };
    for (const option of options) await set(option);
    return {
        server,
        client,
        addresses: [kServer],
        /** "loss=30" from now on; "a:…" only from server to client, "b:…" only back. */
        set,
        close: async () => {
            await process_.end();
            client.close();
        },
    };
}
