/** "median 120 ms, worst 340 ms" of some times in milliseconds. */
export function spread(times) {
    if (times.length === 0) return 'never';
    const sorted = [...times].sort((a, b) => a - b);
    return `median ${Math.round(sorted[sorted.length >> 1])} ms, worst ${Math.round(sorted.at(-1))} ms`;
}
