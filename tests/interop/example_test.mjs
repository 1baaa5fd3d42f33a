/** examples/call.html, which the README shows, makes a call. */

import assert from 'node:assert/strict';
import {mkdtemp, readFile, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {Client, PageServer} from './lib/client.mjs';
import {hears} from './lib/hearing.mjs';
import {Server} from './lib/server.mjs';
import {until} from './lib/wait.mjs';
import {kSyllables, writeTone} from './lib/wav.mjs';

describe('example', {timeout: 60_000}, () => {
    let folder;
    let server;
    let pages;
    let browser;

    before(async () => {
        folder = await mkdtemp(join(tmpdir(), 'legroom-'));
        server = await Server.start();
        pages = await PageServer.start();
        const microphone = join(folder, 'microphone.wav');
        await writeTone(microphone, {frequency: 660, gate: kSyllables});
        browser = await launchBrowser({microphone});
    });

    after(async () => {
        await browser?.close();
        await pages?.stop();
        await server?.stop();
        if (folder) await rm(folder, {recursive: true});
    });

    it('makes a call', async () => {
        const partner = await Client.open(browser, pages, {hz: 440});
        await partner.call(server, 'lobby');
        const page = await browser.open(`${pages.origin}/examples/call.html?server=${server.origin}`);
        await page.getByRole('button', {name: 'Call'}).click();
        await page.getByText('connected').waitFor();

        assert.equal((await server.participants('lobby')).length, 2);
        await until('the example hears the room', async () => (await hears(page, 440)).tone);
        await partner.firstSound();  // the room hears the example
        assert.deepEqual(page.problems, []);
    });

    it('has no more than thirty lines of script', async () => {
        const html = await readFile(new URL('../../examples/call.html', import.meta.url), 'utf8');
        const [, script] = html.match(/<script[^>]*>\n([^]*)<\/script>/);
        assert.ok(script.trimEnd().split('\n').length <= 30);
    });
});
