/**
 * Headless Firefox, driven over WebDriver BiDi. It needs more of its surroundings than Chromium: an interface with a
 * default route, and some audio output, or an AudioContext never starts.
 */

import {mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {access} from 'node:fs/promises';
import puppeteer from 'puppeteer-core';
import {LineProcess} from './line_process.mjs';
import {until, within} from './wait.mjs';

const kExecutable = process.env.FIREFOX ?? '/usr/bin/firefox-esr';
const kStartMs = 60_000;
const kCloseMs = 20_000;

const kPreferences = {
    'media.navigator.streams.fake': true,
    'media.navigator.permission.disabled': true,
    'media.autoplay.default': 0,
    'app.update.enabled': false,
    'datareporting.policy.dataSubmissionEnabled': false,
    'network.captive-portal-service.enabled': false,
    'network.connectivity-service.enabled': false,
};

export async function launchFirefox() {
    const folder = await mkdtemp(join(tmpdir(), 'legroom-firefox-'));
    const sound = await startSound(folder);
    try {
        const browser = await puppeteer.launch({
            browser: 'firefox',
            executablePath: kExecutable,
            headless: true,
            timeout: kStartMs,
            protocolTimeout: kStartMs,
            extraPrefsFirefox: kPreferences,
            env: {...process.env, HOME: folder, XDG_RUNTIME_DIR: folder, PULSE_SERVER: `unix:${folder}/pulse.sock`},
        });
        return new Firefox(browser, sound, folder);
    } catch (error) {
        await sound.end();
        throw error;
    }
}

/** A pulseaudio of its own whose only output leads nowhere. */
async function startSound(folder) {
    const sink = ['-L', 'module-null-sink sink_name=nowhere rate=48000'];
    const socket = ['-L', `module-native-protocol-unix auth-anonymous=1 socket=${folder}/pulse.sock`];
    const quiet = ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=false', '--log-target=stderr'];
    const words = ['pulseaudio', ...quiet, ...sink, ...socket];
    const sound = new LineProcess(words, {env: {...process.env, HOME: folder, XDG_RUNTIME_DIR: folder}});
    await until('the sound server', () => access(`${folder}/pulse.sock`).then(() => true, () => false));
    return sound;
}

/** The part of Browser in browser.mjs that Client uses. */
class Firefox {
    name = 'firefox';
    mustCapture = true;
    #browser;
    #sound;
    #folder;

    constructor(browser, sound, folder) {
        this.#browser = browser;
        this.#sound = sound;
        this.#folder = folder;
    }

    async open(url) {
        const context = await this.#browser.createBrowserContext();
        const page = await context.newPage();
        page.context = () => context;
        page.problems = [];
        page.on('pageerror', (error) => page.problems.push(String(error)));
        await page.goto(url);
        return page;
    }

    async close() {
        await within(kCloseMs, 'the end of Firefox', this.#browser.close());
        this.#sound.kill('SIGTERM');
        await this.#sound.end();
        await rm(this.#folder, {recursive: true, force: true});
    }
}
