/** Text for nft, made of its parts. */

/** A table that takes the place of one of the same name. */
export function table(family, name, ...chains) {
    return `table ${family} ${name}\ndelete table ${family} ${name}\ntable ${family} ${name} {\n${chains.join('\n')}\n}\n`;
}

/** A chain at a hook. An empty rule is left out; what no rule decides is accepted. */
export function chain(hook, ...rules) {
    const type = hook.endsWith('routing') ? 'nat' : 'filter';
    const priority = {prerouting: -100, postrouting: 100}[hook] ?? 0;
    const lines = [`type ${type} hook ${hook} priority ${priority};`, ...rules.filter(Boolean)];
    return `chain ${hook} {\n${lines.join('\n')}\n}`;
}

/** Nothing comes in and nothing goes out. */
export const kDeaf = table('inet', 'deaf', chain('input', 'drop'), chain('output', 'drop'));
