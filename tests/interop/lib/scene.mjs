/**
 * A server, a network, a speaker at the server's side of it (440 Hz) and a client at the other (660 Hz), in one room.
 * Signalling goes around the network, so that what a test does there meets media alone.
 */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {launchBrowser} from './browser.mjs';
import {Caller} from './caller.mjs';
import {Client, TunnelledPages} from './client.mjs';
import {Server} from './server.mjs';

export class Scene {
    /**
     * @param {object} network one of network.mjs or wire.mjs; the scene closes it
     * @param {object} [environment] of the server
     */
    static async open(network, environment = {}) {
        const scene = new Scene();
        scene.network = network;
        try {
            scene.#folder = await mkdtemp(join(tmpdir(), 'legroom-'));
            scene.server = await Server.start(environment);
        } catch (error) {
            await scene.close();
            throw error;
        }
        return scene;
    }

    network;
    server;
    #browser = null;
    #folder;
    #parties = [];

    /** A speaker in `room`, connected. It is where the server is unless told otherwise. */
    async speaker(room, {namespace = this.network.server, addresses = this.network.addresses} = {}) {
        const speaker = await Caller.start(namespace, 'plain', {says: 440, listens: 660, addresses});
        this.#parties.push(speaker);
        await speaker.call(this.server, room);
        await speaker.waitUntilConnected();
        return speaker;
    }

    /** A page of Chromium at the client's place; the browser starts with the first one. */
    async chromium(options = {}) {
        this.#browser ??= this.#launch();  // a promise, so that calls at the same time share one
        const browser = await this.#browser;
        const pages = new TunnelledPages(this.server);
        const client = await Client.open(browser, pages, {
            hz: 660,
            listens: 440,
            context: pages.context,
            ...options,
        });
        client.tunnelled = true;
        return client;
    }

    async #launch() {
        const program = process.env.CHROMIUM ?? '/usr/bin/chromium';
        const executable = await this.network.client.wrapper(join(this.#folder, 'chromium'), program);
        return launchBrowser({loopback: false, executable});
    }

    /** One of caller.mjs at the client's place. */
    async caller(kind, options) {
        const caller = await Caller.start(this.network.client, kind, options);
        this.#parties.push(caller);
        return caller;
    }

    async close() {
        await (await this.#browser)?.close();
        for (const party of this.#parties) await party.close();
        await this.server?.stop();
        await this.network.close();
        if (this.#folder) await rm(this.#folder, {recursive: true});
    }
}
