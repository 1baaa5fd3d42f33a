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

/**
 * Pages for a browser that cannot reach this process, because it is in another network namespace: this checkout at
 * http://localhost, and the server's API there as well. It all goes through the browser's own strings, so that what the
 * test does to the network meets media alone.
 */
export class TunnelledPages {
    origin = 'http://localhost';

    /** Takes the place of the network in a context of Playwright's, for `server`. */
    constructor(server) {
        this.context = {
            prepare: async (context) => {
                await context.route('**/*', (route) => fulfil(route, server));
            },
        };
    }
}

async function fulfil(route, server) {
    const request = route.request();
    const {pathname, search} = new URL(request.url());
    if (pathname.startsWith('/v1/')) {
        const {status, body} = await server.request(request.method(), pathname + search, request.postDataJSON());
        return route.fulfill({status, json: body});
    }
    try {
        const body = await readFile(fileURLToPath(new URL(`.${pathname}`, kRoot)));
        return await route.fulfill({body, contentType: kTypes[pathname.split('.').pop()]});
    } catch {
        return route.fulfill({status: 404});
    }
}

/** One page = one participant. */
export class Client {
    /**
     * `hz` is the tone of an oscillator in the page; without it the page sends its (fake) microphone. `listens` is the
     * tone that tones() is about. `context`: see Browser.open().
     */
    static async open(browser, pages, {hz, listens, context} = {}) {
        const page = await browser.open(`${pages.origin}/tests/interop/client/client.html`, context);
        const client = new Client(page);
        page.on('request', (request) => client.#note(request));
        await page.waitForFunction(() => window.client);
        await page.evaluate((frequency) => window.client.prepare(frequency), hz);
        if (browser.mustCapture) await page.evaluate(() => window.client.capture());
        if (listens) await page.evaluate((frequency) => window.client.watch(frequency), listens);
        client.name = browser.name;
        return client;
    }

    offers = [];      ///< The SDP of every offer posted.
    candidates = [];  ///< Every candidate line posted.

    constructor(page) {
        this.page = page;
    }

    #note(request) {
        if (request.method() !== 'POST' || !request.postDataJSON) return;
        if (!request.headers()['content-type']?.endsWith('json')) return;
        const body = request.postDataJSON();
        if (request.url().endsWith('/v1/webrtc/offer')) this.offers.push(body.sdp);
        if (request.url().endsWith('/ice-candidates')) this.candidates.push(body.candidate);
    }

    /**
     * Joins and waits until the connection is up. `shape`: see client/client.js.
     * Returns {legId, signalingState, directions, postedAt, offer, answer}; directions are those of each audio and
     * video section.
     */
    async call(server, room, {trickle = true, ...options} = {}) {
        const all = {server: this.tunnelled ? '' : server.origin, room, trickle, ...options};
        const result = await this.page.evaluate((call) => window.client.call(call), all);
        this.legId = result.legId;
        return result;
    }

    /** When it heard the tone it listens for: see tones.mjs. */
    async tones() {
        return this.page.evaluate(() => window.client.tones());
    }

    /** The pair of candidates in use: see client/client.js. */
    async path() {
        return this.page.evaluate(() => window.client.path());
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

    /** So many ICE restarts; resolves to the number of different server generations. */
    async restart(times, pause = 0) {
        return this.page.evaluate(([count, ms]) => window.client.restart(count, ms), [times, pause]);
    }

    async hangUp() {
        await this.page.evaluate(() => window.client.currentCall.hangUp());
    }

    async close() {
        await this.page.context().close();
    }
}
