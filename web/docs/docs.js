/** The page /docs: RapiDoc draws openapi.json. Where the program has no RapiDoc, a plain list does. */

const rapidoc = document.querySelector('rapi-doc');
const plain = document.querySelector('#plain');
const description = new URL('openapi.json', location.href).href;

function showPlainly({paths}) {
    const list = document.createElement('ul');
    for (const [path, methods] of Object.entries(paths)) {
        for (const [method, {summary}] of Object.entries(methods)) {
            const item = document.createElement('li');
            const route = document.createElement('code');
            route.textContent = `${method.toUpperCase()} ${path}`;
            item.append(route, `: ${summary}`);
            list.append(item);
        }
    }
    plain.append(list);
}

const script = document.createElement('script');
script.src = 'docs/rapidoc.js';
script.addEventListener('load', () => rapidoc.setAttribute('spec-url', description));
script.addEventListener('error', async () => {
    rapidoc.hidden = true;
    plain.hidden = false;
    showPlainly(await (await fetch(description)).json());
});
document.head.append(script);
