/** The examples of docs/modules.md, served together as the page says. */
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from 'vitest';
import { type Answer, ask, type ModelApp, modelApp } from './model-app.js';

let app: ModelApp;

beforeAll(async () => {
  app = await modelApp([fileURLToPath(new URL('../../docs/examples', import.meta.url))]);
});

function predict(name: string, instances: readonly unknown[]): Promise<Answer> {
  return app.post(`/v1/models/${name}:predict`, { instances });
}

test.each([
  ['double', [1, 2], [2, 4]],
  ['prices', ['pear', 'stone'], [0.55, null]],
  ['count-words', ['an apple a day', ''], [4, 0]],
  ['shout', ['hello'], ['HELLO!']],
  ['reviews', ['a good and great day', 'so bad', 'a day'], [1, -1, 0]],
])('%s', async (name, instances, predictions) => {
  expect((await predict(name, instances)).json).toEqual({ predictions });
});

test('story streams', async () => {
  const { type, text } = await predict('story', ['Hear:']);
  expect(type).toBe('application/x-ndjson');
  expect(text.startsWith('{"index":0,"token":"Hear:"}\n{"index":1,"token":"once"}\n')).toBe(true);
});

test('reviews has a page and a stricter way to be asked', async () => {
  const page = await ask(app.app, { method: 'GET', url: '/models/reviews/' });
  expect(page).toMatchObject({ status: 200, type: 'text/html; charset=utf-8' });
  const rated = { text: 'good', score: 1 };
  const asked = await ask(app.app, { method: 'GET', url: '/models/reviews/rate?text=good' });
  expect(asked.json).toEqual(rated);
  expect((await app.post('/models/reviews/rate', { text: 'good' })).json).toEqual(rated);
  expect((await app.post('/models/reviews/rate', {})).json).toMatchObject({
    error: "body must have required property 'text'",
    code: 'INVALID_INPUT',
  });
});
