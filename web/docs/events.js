/** The page /docs/events: asyncapi.json, with its schemas in the notation of docs/API.md. */

const lastOf = (reference) => reference.split('/').at(-1);
const quoted = (text) => `'${text}'`;

function range({minimum, maximum}) {
    return minimum === undefined ? '' : ` ${minimum}..${maximum ?? ''}`;
}

function object({properties = {}, required = [], additionalProperties}, indent) {
    const deeper = `${indent}    `;
    const lines = Object.entries(properties).map(([name, schema]) => {
        const comment = schema.description ? `  // ${schema.description}` : '';
        return `${deeper}${name}${required.includes(name) ? '' : '?'}: ${notation(schema, deeper)},${comment}`;
    });
    if (additionalProperties) lines.push(`${deeper}*: ${notation(additionalProperties, deeper)},`);
    return lines.length ? `{\n${lines.join('\n')}\n${indent}}` : '{}';
}

function notation(schema, indent = '') {
    if (schema.$ref) return lastOf(schema.$ref);
    if (schema.allOf) return schema.allOf.map((part) => notation(part, indent)).join(' & ');
    if (schema.anyOf) return schema.anyOf.map((part) => notation(part, indent)).join(' | ');
    if (schema.const !== undefined) return quoted(schema.const);
    if (schema.enum) return schema.enum.map(quoted).join(' | ');
    if (schema.type === 'object') return object(schema, indent);
    if (schema.type === 'array') return `[${notation(schema.items, indent)}]`;
    if (Array.isArray(schema.type)) return schema.type.join(' | ');
    return (schema.type ?? 'any') + range(schema);
}

function show(section, name, summary, ...schemas) {
    const article = document.createElement('article');
    article.id = name;
    const heading = document.createElement('h3');
    heading.textContent = name;
    const text = document.createElement('p');
    text.textContent = summary;
    article.append(heading, text);
    for (const schema of schemas) {
        const box = document.createElement('pre');
        box.textContent = notation(schema);
        article.append(box);
    }
    document.getElementById(section).append(article);
}

const {info, channels, operations, components} = await (await fetch('../asyncapi.json')).json();
document.querySelector('#about').textContent = `${info.title}, at ${channels.vsi.address}. ${channels.vsi.description}`;

for (const [name, operation] of Object.entries(operations)) {
    for (const {$ref} of operation.messages) {
        const {summary, payload} = components.messages[lastOf($ref)];
        if (name === 'events') show('events', lastOf($ref), summary, payload);
        else if (operation.reply) show('commands', name, summary, payload, components.messages[`${name}.result`].payload);
        else show('frames', lastOf($ref), `${operation.action === 'send' ? 'From the server: ' : 'To the server: '}${summary}`, payload);
    }
}
for (const [name, schema] of Object.entries(components.schemas)) show('schemas', name, schema.description, schema);
