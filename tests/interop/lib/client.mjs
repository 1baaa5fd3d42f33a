/** A test page in a browser: makes calls through web/legroom.js and records what it hears, sample by sample. */

import {createServer} from 'node:http';
import {readFile} from 'node:fs/promises';
import {fileURLToPath} from 'node:url';
import {once} from 'node:events';

const kRoot = new URL('../../../', import.meta.url);
const kTypes = {html: 'text/html', js: 'text/javascript', mjs: 'text/javascript'};

/** Serves this checkout on a free loopback port: an origin other than Legroom's, so every call here is cross-origin. */
export class PageServer {
    static async start() {
        const http = createServer((request, response) => serveFile(request, response));
        http.listen(0, '127.0.0.1');
        await once(http, 'listening');
        const server = new PageServer();
        server.origin = `http://127.0.0.1:${http.address().port}`;
        server.stop = () => {
            http.closeAllConnections();
            return new Promise((resolve) => http.close(resolve));
        };
        return server;
    }
}

async function serveFile(request, response) {
    const path = new URL(request.url, 'http://localhost').pathname;
    if (path === '/favicon.ico') return response.writeHead(204).end();
    try {
        const bytes = await readFile(fileURLToPath(new URL(`.${path}`, kRoot)));
        response.writeHead(200, {'Content-Type': kTypes[path.split('.').pop()] ?? 'application/octet-stream'});
        response.end(bytes);
    } catch {
        response.writeHead(404).end();
    }
}

/** One page = one participant. */
export class Client {
    /** `hz` is the tone of an oscillator in the page; without it the page sends its (fake) microphone. */
    static async open(browser, pages, {hz} = {}) {
        const page = await browser.open(`${pages.origin}/tests/interop/client/client.html`);
        const client = new Client(page);
        page.on('request', (request) => client.#note(request));
        await page.waitForFunction(() => window.client);
        await page.evaluate((frequency) => window.client.prepare(frequency), hz);
        return client;
    }

    offers = [];      ///< The SDP of every offer posted.
    candidates = [];  ///< Every candidate line posted.

    constructor(page) {
        this.page = page;
    }

    #note(request) {
        if (request.method() !== 'POST') return;
        const body = request.postDataJSON();
        if (request.url().endsWith('/v1/webrtc/offer')) this.offers.push(body.sdp);
        if (request.url().endsWith('/ice-candidates')) this.candidates.push(body.candidate);
    }

    /**
     * Joins and waits until the connection is up. `shape`: see client/client.js.
     * Returns {legId, signalingState, directions}, the latter of each audio and video section.
     */
    async call(server, room, {trickle = true, shape} = {}) {
        return this.page.evaluate((options) => window.client.call(options), {
            server: server.origin,
            room,
            trickle,
            shape,
        });
    }

    /** Milliseconds from posting the last offer to the first sample above -40 dB. */
    async firstSound() {
        return this.page.evaluate(() => window.client.firstSound());
    }

    /** What arrives in the next `seconds`, as mono samples at 48 kHz. */
    async record(seconds) {
        const base64 = await this.page.evaluate((length) => window.client.record(length), seconds);
        const bytes = Buffer.from(base64, 'base64');
        return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
    }

    /** What the browser's jitter buffer had to do so far, for the message of a failed test. */
    async statistics() {
        return this.page.evaluate(() => window.client.statistics());
    }

    async hangUp() {
        await this.page.evaluate(() => window.client.currentCall.hangUp());
    }

    async close() {
        await this.page.context().close();
    }
}
