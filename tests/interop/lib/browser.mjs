/** Headless Chromium, each with a profile of its own that goes away with it. At most two at once: see README.md. */

import {chromium} from 'playwright-core';
import {within} from './wait.mjs';

const kExecutable = process.env.CHROMIUM ?? '/usr/bin/chromium';
const kCloseMs = 20_000;

const kFlags = [
    '--disable-gpu',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--autoplay-policy=no-user-gesture-required',
    '--use-fake-device-for-media-stream',
];

/**
 * @param {object} options
 * @param {string} [options.microphone] WAV file that the fake microphone plays
 * @param {boolean} [options.grant] false: a browser that was never allowed to use a microphone. It shows the
 *     world only .local names instead of its addresses, so it also stays off the loopback interface.
 * @param {boolean} [options.loopback] whether calls may use the loopback interface too
 * @param {string} [options.executable] another program than Debian's, one that enters a namespace first, say
 */
export async function launchBrowser({microphone, grant = true, loopback = grant, executable = kExecutable} = {}) {
    const flags = [...kFlags];
    if (grant) flags.push('--use-fake-ui-for-media-stream');
    if (loopback) flags.push('--allow-loopback-in-peer-connection');
    if (microphone) flags.push(`--use-file-for-fake-audio-capture=${microphone}`);
    const browser = await chromium.launch({
        executablePath: executable,
        headless: true,
        chromiumSandbox: false,
        args: flags,
        ignoreDefaultArgs: ['--mute-audio'],
    });
    return new Browser(browser, grant);
}

export class Browser {
    #browser;
    #grant;
    name = 'chromium';

    constructor(browser, grant) {
        this.#browser = browser;
        this.#grant = grant;
    }

    /**
     * A page of its own context (cookies, permissions) at `url`; `page.problems` collects whatever it complains of.
     * `prepare(context)` comes before the page; the other options are Playwright's.
     */
    async open(url, {prepare = async () => {}, ...options} = {}) {
        const context = await this.#browser.newContext(options);
        await prepare(context);
        if (this.#grant) await context.grantPermissions(['microphone']);
        const page = await context.newPage();
        page.setDefaultTimeout(15_000);
        page.problems = [];
        page.on('console', (message) => {
            if (['error', 'warning'].includes(message.type())) page.problems.push(message.text());
        });
        page.on('pageerror', (error) => page.problems.push(String(error)));
        await page.goto(url);
        return page;
    }

    async close() {
        await within(kCloseMs, 'the end of the browser', this.#browser.close());
    }
}
