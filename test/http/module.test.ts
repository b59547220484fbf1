import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load-model.js';
import type { Model } from '../../src/model/model.js';
import type { ModelPlan } from '../../src/model/model-plan.js';
import { findModels } from '../../src/model/repository/repository.js';
import { warmUp } from '../../src/worker/life/warm-up.js';
import { modelApp } from './model-app.js';

let root: string;
let files = 0;

const silent = { info() {}, warn() {}, error() {}, fatal() {} };

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-module-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function write(source: string, extension = 'mjs'): string {
  const file = join(root, `m${files++}.${extension}`);
  writeFileSync(file, source);
  return file;
}

async function load(path: string, told: Partial<ModelPlan> = {}): Promise<Model> {
  const [plan] = findModels(path);
  if (plan === undefined) throw new Error('no plan');
  const options = { threads: 3, logger: silent, loaded: [] };
  const [model] = await loadModel({ ...plan, ...told }, options);
  if (model === undefined) throw new Error('no model');
  return model;
}

async function refusal(source: string): Promise<string> {
  const error: unknown = await load(write(source)).then(
    () => 'it loaded',
    (reason) => reason,
  );
  expect(error).toMatchObject({ exitCode: 11 });
  return error instanceof Error ? error.message.replace(/^.*could not load: /, '') : String(error);
}

test('a module out of reach of the package is told what to do instead of importing it', async () => {
  const source = "import { defineModel } from 'forkcast';\nexport default defineModel({});";
  expect(await refusal(source)).toMatch(/'forkcast'.*Export a plain object/s);
});

describe('a module may be', () => {
  test.each([
    ['a plain function', 'export function predict(rows) { return rows.map((x) => x * 2); }', 'mjs'],
    ['a default function', 'export default (rows) => rows.map((x) => x * 2);', 'mjs'],
    ['a definition', 'export default { predict: (rows) => rows.map((x) => x * 2) };', 'mjs'],
    ['asynchronous', 'export const predict = async (rows) => rows.map((x) => x * 2);', 'mjs'],
    [
      'answering with a typed array',
      'export const predict = (rows) => Int32Array.from(rows, (x) => x * 2);',
      'mjs',
    ],
    ['CommonJS', 'module.exports.predict = (rows) => rows.map((x) => x * 2);', 'cjs'],
    ['one CommonJS function', 'module.exports = (rows) => rows.map((x) => x * 2);', 'cjs'],
  ])('%s', async (_form, source, extension) => {
    const { post } = await modelApp([write(source, extension)]);
    expect((await post('/predict', { instances: [1, 2] })).text).toBe('{"predictions":[2,4]}');
  });
});

test('load gets what it needs, and may be asynchronous; this is the definition', async () => {
  const { post } = await modelApp([
    write(`export default {
      async load({ folder, threads, logger, options }) {
        this.answer = { folder, threads, canLog: typeof logger.info, options };
      },
      predict(rows) { return rows.map(() => this.answer); },
    };`),
  ]);
  const answer = { folder: root, threads: 1, canLog: 'function', options: {} };
  expect((await post('/predict', { instances: [0] })).json).toEqual({ predictions: [answer] });
});

test('predict gets the request id and a signal', async () => {
  const { post } = await modelApp([
    write('export const predict = (rows, { requestId, signal }) => [[requestId, signal.aborted]];'),
  ]);
  const { json } = await post('/predict', { instances: [0] });
  expect(json).toEqual({ predictions: [['test-1', false]] });
});

test('typed arrays inside predictions are arrays in the reply', async () => {
  const source = 'export const predict = () => [{ scores: Float32Array.of(0.5, NaN) }];';
  const { post } = await modelApp([write(source)]);
  const { text } = await post('/predict', { instances: [0] });
  expect(text).toBe('{"predictions":[{"scores":[0.5,null]}]}');
});

test.each([
  ['export const predict = () => [1n];', 'Do not know how to serialize a BigInt'],
  [
    'export const predict = (rows) => rows.map((row) => row.push(row) && row);',
    'Converting circular structure to JSON',
  ],
])('%s: what JSON cannot hold is a MODEL_ERROR', async (source, reason) => {
  const { post } = await modelApp([write(source)]);
  const { json } = await post('/predict', { instances: [[0]] });
  expect(json.code).toBe('MODEL_ERROR');
  expect(json.error).toContain(reason);
});

test('with a signature it gets tensors', async () => {
  const source = `export default {
    signature: {
      inputs: [{ name: 'x', dtype: 'int16', shape: [-1, 2] }],
      outputs: [{ name: 'y', dtype: 'string', shape: [-1] }],
    },
    predict: ({ x }) => [x.data.constructor.name + x.dtype + x.shape],
  };`;
  const { post } = await modelApp([write(source)]);
  const { json } = await post('/predict', { instances: [[1, 2]] });
  expect(json).toEqual({ predictions: ['Int16Arrayint161,2'] });
});

test('what it says of itself holds unless forkcast.json says otherwise', async () => {
  const file = write(
    "export default { retry: false, timeout: '2s', queueTimeout: 3, predict: (rows) => rows };",
  );
  expect(await load(file)).toMatchObject({
    isRetryable: false,
    timeoutMs: 2000,
    queueTimeoutMs: 3000,
  });
  const model = await load(file, { retry: true, timeoutMs: 50 });
  expect(model).toMatchObject({ isRetryable: true, timeoutMs: 50 });
});

test('maxBatchRows is what forkcast.json says, else what the module says of itself', async () => {
  const one = "[{ name: 'x', dtype: 'int16', shape: [-1] }]";
  const file = write(`export default {
    maxBatchRows: 8,
    signature: { inputs: ${one}, outputs: ${one} },
    predict: ({ x }) => x,
  };`);
  expect(await load(file)).toMatchObject({ maxBatchRows: 8 });
  const model = await load(file, { maxBatchRows: 2 });
  expect(model).toMatchObject({ maxBatchRows: 2 });
});

test('dispose runs when asked to', async () => {
  const name = `disposed${files}`;
  const model = await load(
    write(`export default { dispose() { globalThis.${name} = true; }, predict: (rows) => rows };`),
  );
  await model.dispose();
  expect(globalThis).toHaveProperty(name, true);
});

describe('refused at load', () => {
  test.each([
    ['export const forecast = 1;', /^expected "export default defineModel\({ predict }\)" or /],
    ['export default { predict: 5 };', 'predict: expected a function, got 5'],
    ['export default { load: 5, predict() {} };', 'load: expected a function, got 5'],
    ['export default { signature: 5, predict() {} };', /^signature.inputs: expected an array/],
    [
      'export default { retry: 1, predict() {} };',
      'the module: retry: expected true or false, got 1.',
    ],
    [
      'export default { maxBatchRows: 2, predict: (rows) => rows };',
      'maxBatchRows: only a module with a signature can run rows of several requests',
    ],
    [
      'export default { dataParallel: true, *predict(rows) { yield* rows; } };',
      'dataParallel: what streams its reply cannot be divided by rows',
    ],
    ["export default { load() { throw new Error('no weights'); }, predict() {} };", 'no weights'],
    ["export default { load: () => Promise.reject(new Error('no net')), predict() {} };", 'no net'],
    ["throw new Error('bad import');", 'bad import'],
  ])('%s', async (source, reason) => {
    const got = await refusal(source);
    if (typeof reason === 'string') expect(got).toBe(reason);
    else expect(got).toMatch(reason);
  });

  test('the reason names the model and its file', async () => {
    const folder = fileURLToPath(
      new URL('../fixtures/unloadable/refuses-to-load', import.meta.url),
    );
    const message = `model "refuses-to-load" (${folder}/model.mjs) could not load: the weights are missing`;
    await expect(load(folder)).rejects.toThrow(message);
  });

  test('an example that its own model refuses', async () => {
    const source = `export default {
      warmup: { instances: [1] },
      predict() { throw new Error('not today'); },
    };`;
    const model = await load(write(source));
    await expect(warmUp(model, silent)).rejects.toMatchObject({
      exitCode: 11,
      message: `model "${model.name}" failed on its warm-up example: model "${model.name}" failed: not today`,
    });
  });
});
