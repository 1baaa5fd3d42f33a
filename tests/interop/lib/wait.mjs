/** Bounded waiting: a test never sleeps for a result and never hangs. */

export function sleep(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Asks `condition` until it gives something truthy, and returns that. Throws after `timeout` ms, naming `what`. */
export async function until(what, condition, {timeout = 10_000, every = 50} = {}) {
    for (const end = Date.now() + timeout; ; await sleep(every)) {
        const result = await condition();
        if (result) return result;
        if (Date.now() > end) throw new Error(`waited ${timeout} ms in vain: ${what}`);
    }
}

/** `promise`, or an error naming `what` after `timeout` ms. */
export async function within(timeout, what, promise) {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`took longer than ${timeout} ms: ${what}`)), timeout);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
