/** The pages /docs and /docs/events show all that is described, and ask nobody but the server for anything. */

import assert from 'node:assert/strict';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Server} from './lib/server.mjs';
import {until} from './lib/wait.mjs';

describe('docs', {timeout: 120_000}, () => {
    let server;
    let browser;

    before(async () => {
        server = await Server.start();
        browser = await launchBrowser();
    });

    after(async () => {
        await browser?.close();
        await server?.stop();
    });

    /** The page, and the origins of all it has asked for. */
    async function open(path) {
        const origins = new Set();
        const prepare = (context) => context.on('request', (request) => {
            const url = new URL(request.url());
            if (url.protocol.startsWith('http')) origins.add(url.origin);
        });
        return {page: await browser.open(server.origin + path, {prepare}), origins};
    }

    it('every operation and webhook is on /docs', async () => {
        const {body: {paths, webhooks}} = await server.request('GET', '/openapi.json');
        const routes = Object.entries(paths)
            .flatMap(([path, methods]) => Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`));

        const {page, origins} = await open('/docs');
        const drawn = page.locator('rapi-doc .expanded-endpoint-body');  // in its shadow root
        const expected = routes.length + Object.keys(webhooks).length;
        await until('all of them are drawn', async () => await drawn.count() === expected);
        const shown = await drawn.evaluateAll((boxes) => boxes.flatMap((box) => {
            const part = (name) => box.querySelector(`[part~="label-operation-${name}"]`)?.textContent.trim();
            return part('path') ? [`${part('method').toUpperCase()} ${part('path')}`] : [];  // a webhook has none
        }));
        assert.deepEqual(shown.sort(), routes.sort());
        assert.ok(await page.locator('#plain').isHidden());
        assert.deepEqual([...origins], [server.origin]);
    });

    it('every event and command is on /docs/events', async () => {
        const {body: {components}} = await server.request('GET', '/asyncapi.json');
        const names = Object.keys(components.messages).filter((name) => !name.endsWith('.result'));

        const {page, origins} = await open('/docs/events');
        await page.locator('#schemas article').last().waitFor();
        const shown = await page.locator('section:not(#schemas) article').evaluateAll((boxes) => boxes.map(({id}) => id));
        assert.deepEqual(shown.sort(), names.sort());
        assert.deepEqual([...origins], [server.origin]);
        assert.deepEqual(page.problems, []);
    });

    it('without what draws it, /docs is a list of all routes', async () => {
        const {body: {paths, webhooks}} = await server.request('GET', '/openapi.json');
        const count = Object.values(paths).flatMap(Object.keys).length;
        const page = await browser.open(`${server.origin}/docs`, {
            prepare: (context) => context.route('**/docs/rapidoc.js', (route) => route.fulfill({status: 404})),
        });
        await page.locator('#plain li').nth(count - 1).waitFor();
        assert.equal(await page.locator('#plain li').count(), count);
    });
});
