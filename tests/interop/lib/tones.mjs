/**
 * When a party heard the tone it listens for. A log is a list of {at, on}, in milliseconds since 1970: from `at` on the
 * tone was there, or was not. A party has tones(), which resolves to its log.
 */

import {sleep} from './wait.mjs';

/** Whether the tone is there at the end of the log. */
export const audible = (log) => log.at(-1)?.on ?? false;

/** The first moment at or after `since` at which the tone was there; undefined when there is none. */
export function heardAt(log, since) {
    const before = log.filter(({at}) => at <= since).at(-1);
    if (before?.on) return since;
    return log.find(({at, on}) => on && at > since)?.at;
}

/** The longest stretch without the tone between two moments, in milliseconds. */
export function longestGap(log, from, to) {
    let longest = 0;
    let begin = heardAt(log, from) === from ? null : from;
    for (const {at, on} of log.filter((change) => change.at > from && change.at <= to)) {
        if (!on) begin ??= at;
        if (on && begin !== null) longest = Math.max(longest, at - begin);
        if (on) begin = null;
    }
    return begin === null ? longest : Math.max(longest, to - begin);
}

/** Waits for the tone at or after `since` and gives the moment; throws after `timeout` ms. */
export async function waitForTone(party, since, {timeout = 15_000} = {}) {
    for (const end = Date.now() + timeout; ; await sleep(20)) {
        const at = heardAt(await party.tones(), since);
        if (at !== undefined) return at;
        if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain for the tone at ${party.name}`);
    }
}

/** Waits until the tone has been there for `milliseconds` without a break. */
export async function waitForSteadyTone(party, milliseconds = 1000, {timeout = 20_000} = {}) {
    for (const end = Date.now() + timeout; ; await sleep(50)) {
        const log = await party.tones();
        if (audible(log) && Date.now() - log.at(-1).at >= milliseconds) return;
        if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain for a steady tone at ${party.name}`);
    }
}
