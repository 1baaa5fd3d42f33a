/** How much of a test to run: `./test --long` sets LEGROOM_LONG, and LEGROOM_REPEATS overrules both, for a quick look. */
export function repeats(ordinary, long) {
    return Number(process.env.LEGROOM_REPEATS ?? (process.env.LEGROOM_LONG === '1' ? long : ordinary));
}
