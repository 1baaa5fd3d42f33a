/** Legroom's own page, used as a person would: by what is written on it. */

import {join as joinPath} from 'node:path';
import {until} from './wait.mjs';

export class LegroomPage {
    static async open(browser, server, {path = '/', prepare = async () => {}, ...options} = {}) {
        const page = new LegroomPage(await browser.open('about:blank', options));
        await prepare(page.tab);
        await page.tab.goto(server.origin + path);
        return page;
    }

    constructor(tab) {
        this.tab = tab;
    }

    button(name) {
        return this.tab.getByRole('button', {name, exact: true});
    }

    async join(room) {
        await this.tab.getByLabel('Room').fill(room);
        await this.button('Join').click();
        await this.waitFor('status', 'Connected');
    }

    /** Waits until the element with the role says `text` (as a part). */
    async waitFor(role, text) {
        await this.tab.getByRole(role).filter({hasText: text}).waitFor();
    }

    /** The list of who is there, line by line. */
    async participants() {
        const lines = await this.tab.getByRole('listitem').allInnerTexts();
        return lines.map((line) => line.replace(/\s+/g, ' ').trim());
    }

    /** Waits until the list has exactly these lines; a RegExp matches the whole line. */
    async waitForParticipants(...expected) {
        let seen = [];
        const fits = (line, pattern) => (pattern instanceof RegExp ? pattern.test(line) : pattern === line);
        await until(`participants ${expected.join(' | ')}`, async () => {
            seen = await this.participants();
            return seen.length === expected.length && seen.every((line, index) => fits(line, expected[index]));
        }).catch((error) => {
            throw new Error(`${error.message}; seen: ${seen.join(' | ')}`);
        });
    }

    async screenshot(name) {
        const folder = process.env.LEGROOM_SCREENSHOTS;
        if (folder) await this.tab.screenshot({path: joinPath(folder, `${name}.png`)});
    }

    /** Closes the tab as a person would, so that the page may say good-bye. */
    async close() {
        await this.tab.close({runBeforeUnload: true});
    }
}
