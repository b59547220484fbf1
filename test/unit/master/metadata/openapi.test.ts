import { describe, expect, test } from 'vitest';
import { docsPage } from '../../../../src/master/metadata/docs-page.js';
import { exampleBody, openApi } from '../../../../src/master/metadata/openapi.js';
import type { TensorSpec } from '../../../../src/model/tensor/signature.js';
import { servedModel } from './served-models.js';

function withInputs(...inputs: TensorSpec[]) {
  return servedModel({ signature: { inputs, outputs: inputs } });
}

describe('an example body', () => {
  test('is what the model warms up with', () => {
    const example = { instances: ['a text'] };
    expect(exampleBody(servedModel({ example }))).toBe(example);
  });

  test('is zeros where it has none', () => {
    expect(exampleBody(servedModel())).toEqual({ instances: [[0, 0]] });
  });

  test('names the inputs where there are several, without the optional ones', () => {
    const model = withInputs(
      { name: 'a', dtype: 'string', shape: [-1] },
      { name: 'b', dtype: 'bool', shape: [-1, -1] },
      { name: 'c', dtype: 'int8', shape: [-1], isOptional: true },
    );
    expect(exampleBody(model)).toEqual({ instances: [{ a: 'text', b: [false] }] });
  });

  test('is in columns where an input has no rows', () => {
    const model = withInputs({ name: 'a', dtype: 'int64', shape: [] });
    expect(exampleBody(model)).toEqual({ inputs: { a: 0 } });
  });

  test('is unknown for a model that takes what comes', () => {
    const { signature: _none, ...raw } = servedModel();
    expect(exampleBody(raw)).toBeUndefined();
  });
});

describe('the description', () => {
  const api = openApi('1.2.3', [
    servedModel(),
    servedModel({ name: 'old', version: '1', isLatest: false, isDefault: false }),
    servedModel({ name: 'broken', state: 'UNAVAILABLE', isDefault: false }),
    servedModel({ name: 'tools', isDefault: false, routes: { prefix: '/tools', isAlone: true } }),
  ]) as { paths: Record<string, unknown>; info: unknown };

  test('has a path for each model that answers, and the default one', () => {
    expect(Object.keys(api.paths)).toEqual([
      '/predict',
      '/v1/models/digits:predict',
      '/v1/models',
      '/livez',
      '/readyz',
    ]);
  });

  test('says under which path a proxy serves it', () => {
    expect(api).not.toHaveProperty('servers');
    expect(openApi('1.2.3', [], '/models/')).toMatchObject({ servers: [{ url: '/models' }] });
  });

  test('has the forms of a body with their shapes, and an example', () => {
    expect(api.paths['/predict']).toMatchObject({
      post: {
        requestBody: {
          content: {
            'application/json': {
              schema: {
                oneOf: [
                  {
                    properties: {
                      instances: { items: { anyOf: [{ minItems: 2, maxItems: 2 }, {}] } },
                    },
                  },
                  { properties: { inputs: {} } },
                ],
              },
              example: { instances: [[0, 0]] },
            },
          },
        },
        responses: { default: { $ref: '#/components/responses/Error' } },
      },
    });
  });
});

test('the page shows names as text, whatever they hold', () => {
  const spec: TensorSpec = { name: '<script>alert("x")</script>', dtype: 'int8', shape: [-1] };
  const page = docsPage('1.2.3', [withInputs(spec)]);
  expect(page).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;');
  expect(page.match(/<script>/g)).toHaveLength(1);
  expect(page).toContain('/v1/models/digits:predict');
});

test('the page shows the labels of classes, and where a value may be missing', () => {
  const labels = ['<b>', ...Array.from({ length: 20 }, (_, n) => n)];
  const outputs: TensorSpec[] = [{ name: 'p', dtype: 'float32', shape: [-1, 21], labels }];
  const inputs: TensorSpec[] = [{ name: 'X', dtype: 'float32', shape: [-1], takesMissing: true }];
  const page = docsPage('1.2.3', [{ ...servedModel(), signature: { inputs, outputs } }]);
  expect(page).toContain('<td>float32 or null</td>');
  expect(page).toContain('any × 21<br><small>&lt;b&gt;, 0, 1, 2, 3,');
  expect(page).toContain(', 17, 18, …</small>');
});

test('the page shows where a module has routes of its own, and no form where it has no model', () => {
  const { signature: _none, ...raw } = servedModel();
  const beside = docsPage('1.2.3', [{ ...raw, routes: { prefix: '/digits' } }]);
  expect(beside).toContain('routes of its own under <code>/digits</code>');
  expect(beside).toContain('data-url="v1/models/digits:predict"');
  const alone = docsPage('1.2.3', [{ ...raw, routes: { prefix: '/digits', isAlone: true } }]);
  expect(alone).toContain('routes of its own under <code>/digits</code>');
  expect(alone).not.toMatch(/data-url=|Takes <code>instances/);
});
