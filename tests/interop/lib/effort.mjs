/** How much of a test to run: `./test --long` sets LEGROOM_LONG. */

export const kLong = process.env.LEGROOM_LONG === '1';

/** LEGROOM_REPEATS overrules both, for a quick look. */
export function repeats(ordinary, long) {
    return Number(process.env.LEGROOM_REPEATS ?? (kLong ? long : ordinary));
}
