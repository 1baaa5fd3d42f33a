/** A reporter for node's test runner that keeps what the tests measured and nothing else. */
export default async function* figures(source) {
    for await (const {type, data} of source) {
        if (type === 'test:diagnostic' && data.nesting > 0) yield `${data.message}\n`;
    }
}
