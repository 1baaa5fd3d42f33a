/** docs/openapi.json and docs/asyncapi.json are what the formats' own schemas say, without any network. */

import assert from 'node:assert/strict';
import {readFile} from 'node:fs/promises';
import {createRequire} from 'node:module';
import {describe, it} from 'node:test';
import {Validator} from '@seriousme/openapi-schema-validator';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';

const docs = new URL('../../docs/', import.meta.url);
const read = async (name) => JSON.parse(await readFile(new URL(name, docs)));

/** AsyncAPI's own schema, which has the schema of schemas (draft 7) in it. */
function asyncapiValidator() {
    const schema = createRequire(import.meta.url)('@asyncapi/specs/schemas/3.0.0.json');
    const ajv = new Ajv({strict: false, meta: false, validateSchema: false});
    addFormats(ajv);
    return ajv.compile(schema);
}

/** Every `$ref` in it, as the place it names: Ajv checks their form only. */
function* references(value) {
    if (value === null || typeof value !== 'object') return;
    if (typeof value.$ref === 'string') yield value.$ref;
    for (const one of Object.values(value)) yield* references(one);
}

function lookUp(document, reference) {
    const steps = reference.slice(2).split('/').map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'));
    return steps.reduce((at, step) => at?.[step], document);
}

describe('descriptions', () => {
    it('openapi.json is OpenAPI 3.1', async () => {
        const validator = new Validator();
        const {valid, errors} = await validator.validate(await read('openapi.json'));
        assert.ok(valid, JSON.stringify(errors, null, 2));
        assert.equal(validator.version, '3.1');
    });

    it('asyncapi.json is AsyncAPI 3', async () => {
        const validate = asyncapiValidator();
        assert.ok(validate(await read('asyncapi.json')), JSON.stringify(validate.errors, null, 2));
    });

    it('the validators find what is wrong', async () => {
        const openapi = await read('openapi.json');
        delete openapi.info.title;
        assert.equal((await new Validator().validate(openapi)).valid, false);

        const asyncapi = await read('asyncapi.json');
        Object.values(asyncapi.operations)[0].action = 'shout';
        assert.equal(asyncapiValidator()(asyncapi), false);
    });

    for (const name of ['openapi.json', 'asyncapi.json']) {
        it(`each reference of ${name} leads somewhere`, async () => {
            const document = await read(name);
            for (const reference of references(document)) assert.ok(lookUp(document, reference), reference);
        });
    }
});
