/** Modules that make their replies piece by piece, as a client sees them. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, ask, type ModelApp, modelApp, REQUEST_ID } from './model-app.js';

const WORDS = `
  export async function* predict(instances, { signal }) {
    for (const instance of instances) {
      for (const word of instance.split(' ')) {
        if (word === 'boom') throw new Error('no such word');
        if (word === 'refuse') throw Object.assign(new Error('expected words'), { code: 'INVALID_INPUT' });
        if (word === 'big') yield 1n;
        else if (word !== '-') yield { word, typed: Int8Array.of(1, 2) };
      }
    }
  }
`;

const STEPS = `
  const value = (shape) => ({ name: 'x', dtype: 'float32', shape });
  export const signature = { inputs: [value([-1])], outputs: [{ ...value([-1]), name: 'y' }] };
  export const maxBatchRows = 8;
  export async function* predict({ x }) {
    for (let step = 1; step <= 2; step++) yield x.data.map((each) => each * step);
    if (x.data[0] < 0) yield 'odd';
  }
`;

let root: string;
let app: ModelApp;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-streams-'));
  const files = Object.entries({ words: WORDS, steps: STEPS }).map(([name, source]) => {
    const file = join(root, `${name}.mjs`);
    writeFileSync(file, source);
    return file;
  });
  app = await modelApp(files, 'words');
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function post(url: string, body: object, accept?: string): Promise<Answer> {
  return ask(app.app, {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', ...(accept && { accept }) },
    body: JSON.stringify(body),
  });
}

const say = (text: string, accept?: string) => post('/predict', { instances: [text] }, accept);

const piece = (word: string): string => `{"word":"${word}","typed":[1,2]}`;

describe('lines', () => {
  test('one piece each, as JSON', async () => {
    const { status, headers, text } = await say('all is well');
    expect(status).toBe(200);
    expect(headers).toMatchObject({
      'content-type': 'application/x-ndjson',
      'cache-control': 'no-cache',
      'x-accel-buffering': 'no',
    });
    expect(text).toBe(`${piece('all')}\n${piece('is')}\n${piece('well')}\n`);
  });

  test('of a named model, too', async () => {
    const { text } = await post('/v1/models/words:predict', { instances: ['a', 'b'] }, '*/*');
    expect(text).toBe(`${piece('a')}\n${piece('b')}\n`);
  });

  test('no piece at all is an empty body', async () => {
    expect(await say('-')).toMatchObject({ status: 200, type: 'application/x-ndjson', text: '' });
  });

  test('an error in the midst cuts the connection', async () => {
    await expect(say('all boom')).rejects.toThrow();
    expect(app.lines.at(-1)).toMatchObject({ level: 'error', message: 'model failed' });
  });
});

describe('events', () => {
  const events = (text: string) => say(text, 'text/event-stream');

  test('one piece each, and one that says that it was the last', async () => {
    const { type, text } = await events('all well');
    expect(type).toBe('text/event-stream');
    expect(text).toBe(
      `data: ${piece('all')}\n\ndata: ${piece('well')}\n\nevent: end\ndata: {}\n\n`,
    );
  });

  test('no piece at all is only the last event', async () => {
    expect((await events('-')).text).toBe('event: end\ndata: {}\n\n');
  });

  test.each([
    ['all boom', 'MODEL_ERROR', 'model "words" failed: no such word'],
    ['all refuse', 'INVALID_INPUT', 'expected words'],
    ['all big', 'MODEL_ERROR', 'model "words" failed: Do not know how to serialize a BigInt'],
  ])('an error in the midst is an event: %s', async (instance, code, error) => {
    const { status, text } = await events(instance);
    expect(status).toBe(200);
    const [first, failure = '', ...rest] = text.split('\n\n');
    expect([first, rest]).toEqual([`data: ${piece('all')}`, ['']]);
    expect(failure).toMatch(/^event: error\ndata: /);
    const told = JSON.parse(failure.slice(failure.indexOf('{')));
    expect(told).toEqual({ error, code, requestId: REQUEST_ID });
  });
});

describe('who takes JSON only', () => {
  test('gets all pieces in one body', async () => {
    const { type, text } = await say('all well', 'application/json');
    expect(type).toBe('application/json');
    expect(text).toBe(`{"predictions":[${piece('all')},${piece('well')}]}`);
    expect((await say('-', 'application/json')).text).toBe('{"predictions":[]}');
  });

  test('gets an error with its status, wherever it happened', async () => {
    const { status, json } = await say('all boom', 'application/json');
    expect([status, json.code]).toEqual([500, 'MODEL_ERROR']);
  });
});

test.each([
  ['boom', 500, 'MODEL_ERROR'],
  ['refuse', 400, 'INVALID_INPUT'],
  ['big', 500, 'MODEL_ERROR'],
])('an error before the first piece has its status: %s', async (instance, status, code) => {
  for (const accept of ['*/*', 'text/event-stream', 'application/json']) {
    const answer = await say(instance, accept);
    expect([answer.status, answer.type, answer.json.code]).toEqual([
      status,
      'application/json',
      code,
    ]);
  }
});

describe('with a signature', () => {
  const steps = (body: object, accept?: string) => post('/v1/models/steps:predict', body, accept);

  test('a piece is what stands under predictions or outputs', async () => {
    expect((await steps({ instances: [1, 2] })).text).toBe('[1,2]\n[2,4]\n');
    expect((await steps({ inputs: { x: [1, 2] } })).text).toBe('[1,2]\n[2,4]\n');
  });

  test('as one body, it is all of them', async () => {
    const rows = await steps({ instances: [1, 2] }, 'application/json');
    expect(rows.json).toEqual({
      predictions: [
        [1, 2],
        [2, 4],
      ],
    });
    const columns = await steps({ inputs: [1, 2] }, 'application/json');
    expect(columns.json).toEqual({
      outputs: [
        [1, 2],
        [2, 4],
      ],
    });
  });

  test('a piece that does not fit its outputs ends it', async () => {
    const { text } = await steps({ instances: [-1] }, 'text/event-stream');
    expect(text).toMatch(/^data: \[-1\]\n\ndata: \[-2\]\n\nevent: error\ndata: .*MODEL_ERROR/);
  });

  test('requests that come together each get their own', async () => {
    const answers = await Promise.all([1, 5].map((x) => steps({ instances: [x] })));
    expect(answers.map(({ text }) => text)).toEqual(['[1]\n[2]\n', '[5]\n[10]\n']);
  });

  test('v2, which has no form for pieces, refuses it', async () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [1] }];
    const { status, json } = await post('/v2/models/steps/infer', { inputs });
    expect([status, json.code]).toEqual([400, 'INVALID_INPUT']);
    expect(json.error).toContain(
      'streams its reply in pieces: expected POST /v1/models/steps:predict',
    );
  });
});
