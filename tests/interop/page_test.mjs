/** The page at / does what it promises, in two browsers with microphones. */

import assert from 'node:assert/strict';
import {mkdir, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {after, afterEach, before, describe, it} from 'node:test';
import {launchBrowser} from './lib/browser.mjs';
import {hears} from './lib/hearing.mjs';
import {LegroomPage} from './lib/page.mjs';
import {Server} from './lib/server.mjs';
import {sleep, until} from './lib/wait.mjs';
import {kSyllables, writeTone} from './lib/wav.mjs';

describe('page', {timeout: 240_000}, () => {
    let server;
    let folder;
    let first;   // its microphone gives 440 Hz
    let second;  // 660 Hz
    let open = [];

    before(async () => {
        if (process.env.LEGROOM_SCREENSHOTS) await mkdir(process.env.LEGROOM_SCREENSHOTS, {recursive: true});
        server = await Server.start();
        folder = await mkdtemp(join(tmpdir(), 'legroom-'));
        const browserWithTone = async (frequency) => {
            const microphone = join(folder, `${frequency}.wav`);
            await writeTone(microphone, {frequency, gate: kSyllables});
            return launchBrowser({microphone});
        };
        first = await browserWithTone(440);
        second = await browserWithTone(660);
    });

    afterEach(async () => {
        await Promise.all(open.map((page) => page.tab.context().close()));
        open = [];
        for (const {id} of await server.legs()) await server.request('DELETE', `/v1/legs/${id}`);
    });

    after(async () => {
        await Promise.all([first?.close(), second?.close()]);
        await server?.stop();
        if (folder) await rm(folder, {recursive: true});
    });

    async function openPage(browser, options) {
        const page = await LegroomPage.open(browser, server, options);
        open.push(page);
        return page;
    }

    const kGuest = /^Guest [0-9a-f]{4}$/;

    it('two people join, talk, mute and hang up', async () => {
        const mine = await openPage(first);
        const theirs = await openPage(second);
        await mine.screenshot('lobby');
        await mine.join('page');
        await mine.waitForParticipants('You');
        await theirs.join('page');
        await mine.waitForParticipants('You', kGuest);
        await theirs.waitForParticipants('You', kGuest);
        assert.equal((await server.legs()).length, 2);

        await until('one hears the other', async () => (await hears(mine.tab, 660)).tone);
        await until('the other hears the one', async () => (await hears(theirs.tab, 440)).tone);
        await mine.screenshot('call');

        await mine.button('Mute').click();
        await until('a muted microphone is silent', async () => !(await hears(theirs.tab, 440)).sound);
        await theirs.waitForParticipants('You', /^Guest [0-9a-f]{4} muted$/);
        await mine.waitForParticipants('You muted', kGuest);
        await mine.screenshot('muted');

        await mine.button('Unmute').click();
        await until('an unmuted one is heard again', async () => (await hears(theirs.tab, 440)).tone);
        await theirs.waitForParticipants('You', kGuest);

        await mine.button('Hang up').click();
        await until('the leg is gone', async () => (await server.legs()).length === 1);
        await mine.button('Join').waitFor();
        await theirs.waitForParticipants('You');

        const [{id}] = await server.legs();
        await theirs.close();
        assert.equal(await server.reasonOfEnd(id), 'api_hangup', 'a closed tab hangs up');
        assert.deepEqual(await server.legs(), []);
        assert.deepEqual([...mine.tab.problems, ...theirs.tab.problems], []);
    });

    it('the room comes from the address, the keyboard is enough, and a call can follow a call', async () => {
        const page = await openPage(first, {path: `/?room=${encodeURIComponent('Küche / 1. Stock')}`});
        for (let call = 0; call < 2; ++call) {
            await page.tab.getByLabel('Room').focus();
            await page.tab.keyboard.press('Enter');
            await page.waitFor('status', 'Connected');
            await page.waitForParticipants('You');
            assert.equal((await server.participants('Küche / 1. Stock')).length, 1);
            await page.tab.keyboard.press('Enter');  // the focus is on "Hang up"
            await page.button('Join').waitFor();
            await until('no leg is left', async () => (await server.legs()).length === 0);
        }
        assert.deepEqual(page.tab.problems, []);
    });

    it('fits a phone, and the dark', async () => {
        const phone = {viewport: {width: 320, height: 640}, colorScheme: 'dark'};
        const page = await openPage(first, phone);
        const width = () => page.tab.evaluate(() => document.documentElement.scrollWidth);
        assert.ok((await width()) <= 320, 'the lobby');
        await page.join('a-rather-long-name-of-a-room-without-any-place-to-break-it');
        await page.waitForParticipants('You');
        assert.ok((await width()) <= 320, 'the call');
        await page.screenshot('phone-dark');
    });

    it('hanging up at any moment of joining leaves no leg', async () => {
        const page = await openPage(first);
        const offers = followOffers(page.tab);
        const waits = [0, 20, 50, 100, 200].map((patience) => () => sleep(patience));
        const offerLeaves = (before) => until('an offer', () => offers.asked > before, {every: 1});
        for (const wait of [...waits, offerLeaves]) {
            const before = offers.asked;
            await page.button('Join').click();
            await wait(before);
            await page.button('Hang up').click();
            await page.button('Join').waitFor();
        }
        await until('every offer is answered', () => offers.asked === offers.answered);
        await until('no leg is left', async () => (await server.legs()).length === 0);
        const legs = await Promise.all(offers.legs);
        assert.ok(legs.length > 0, 'one of them made a leg');
        for (const id of legs) assert.equal(await server.reasonOfEnd(id), 'api_hangup');
        assert.equal(await page.tab.getByRole('alert').isVisible(), false);
    });

    it('a leg hung up by somebody else ends the call', async () => {
        const page = await openPage(first);
        await page.join('ended');
        await page.waitForParticipants('You');
        const [{id}] = await server.legs();
        await server.request('DELETE', `/v1/legs/${id}`);
        await page.waitFor('alert', 'The server ended this call');
    });

    it('a refused microphone is explained, and listening still works', async () => {
        const deny = () => {
            navigator.mediaDevices.getUserMedia = async () => {
                throw new DOMException('Permission denied', 'NotAllowedError');
            };
        };
        const page = await openPage(first, {prepare: (tab) => tab.addInitScript(deny)});
        const speaker = await openPage(second);
        await speaker.join('listen');
        await page.tab.getByLabel('Room').fill('listen');
        await page.button('Join').click();
        await page.waitFor('alert', 'does not let this page use the microphone');
        await page.screenshot('problem');

        await page.button('Join and only listen').click();
        await page.waitFor('status', 'listening only');
        await until('the speaker is heard', async () => (await hears(page.tab, 660)).tone);
    });

    it('an insecure address is explained', async () => {
        const insecure = () => Object.defineProperty(navigator, 'mediaDevices', {value: undefined});
        const page = await openPage(first, {prepare: (tab) => tab.addInitScript(insecure)});
        await page.button('Join').click();
        await page.waitFor('alert', 'http://localhost');
    });

    it('a server out of reach is explained', async () => {
        const page = await openPage(first);
        await page.tab.route('**/v1/**', (route) => route.abort());
        await page.button('Join').click();
        await page.waitFor('alert', 'The server does not answer');
    });

    it('an error of the server is shown', async () => {
        const page = await openPage(first);
        await page.tab.route('**/v1/webrtc/offer', (route) => {
            return route.fulfill({status: 500, json: {error: 'failed to create answer'}});
        });
        await page.button('Join').click();
        await page.waitFor('alert', 'The server refused: failed to create answer.');
    });
});

/** The offers that `tab` posts from now on: how many, how many are answered (or failed), and the legs they made. */
function followOffers(tab) {
    const offers = {asked: 0, answered: 0, legs: []};
    const follow = (event, note) => {
        tab.on(event, (request) => request.url().endsWith('/v1/webrtc/offer') && note(request));
    };
    follow('request', () => ++offers.asked);
    follow('requestfailed', () => ++offers.answered);
    follow('requestfinished', (request) => {
        ++offers.answered;
        offers.legs.push(request.response().then((response) => response.json()).then(({leg_id: id}) => id));
    });
    return offers;
}
