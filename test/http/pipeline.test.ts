import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { RequestError } from '../../src/errors.js';
import { loadModel } from '../../src/model/load-model.js';
import type { Model, PredictContext } from '../../src/model/model.js';
import { findModels } from '../../src/model/repository/repository.js';
import { type ModelApp, modelApp } from './model-app.js';

const BUNDLED = fileURLToPath(new URL('../../models/', import.meta.url));
const roots = mkdtempSync(join(tmpdir(), 'forkcast-pipelines-'));
afterAll(() => rmSync(roots, { recursive: true }));

/** A module with a signature, all of rows: `x:float32[2] > y`. */
function tensors(signature: string, predict: string, more = ''): string {
  const [inputs = '', outputs = ''] = signature.split('>').map((side) => specs(side.trim()));
  return `export default { signature: { inputs: ${inputs}, outputs: ${outputs} }, ${more}
    predict: ${predict} };`;
}

function specs(side: string): string {
  const list = side.split(' ').map((text) => {
    const [, name, dtype = 'float64', width] =
      /^(\w+)(?::(\w+))?(?:\[([-\d]+)\])?$/.exec(text) ?? [];
    return { name, dtype, shape: width === undefined ? [-1] : [-1, Number(width)] };
  });
  return JSON.stringify(list);
}

/** Models that the pipelines below are made of. */
const PARTS = {
  'double/model.mjs': tensors('x > y', '({ x }) => x.data.map((v) => 2 * v)', 'maxBatchRows: 8,'),
  'add-one/model.mjs': tensors('v > w', '({ v }) => v.data.map((u) => u + 1)', 'maxBatchRows: 4,'),
  'late/model.mjs': tensors('x > z', 'async ({ x }) => x.data.map((v) => v * v)'),
  'picky/model.mjs': tensors(
    'x > y',
    `({ x }) => {
      if (x.data.some((v) => v < 0)) {
        throw Object.assign(new Error('expected no negative'), { code: 'INVALID_INPUT' });
      }
      if (x.data.some((v) => v > 1000)) throw new Error('too much');
      return x;
    }`,
  ),
  'any-width/model.mjs': tensors('x[-1] > y[-1]', '({ x }) => x'),
  'two-wide/model.mjs': tensors('x[2] > y', '({ x }) => x.data.filter((_, i) => i % 2 === 0)'),
  'lengths/model.mjs': 'export const predict = (rows) => rows.map((text) => text.length);',
  'once/model.mjs': 'export default { retry: false, predict: (rows) => rows };',
} as const;

let made = 0;

function repository(files: Readonly<Record<string, string>>): string {
  const root = join(roots, String(made++));
  for (const [path, text] of Object.entries({ ...PARTS, ...files })) {
    const file = join(root, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return root;
}

/** Of a pipeline called `p`, with files of its own beside it. */
function withPipeline(pipeline: unknown, own: Readonly<Record<string, string>> = {}): string {
  const files = Object.entries(own).map(([name, text]) => [`p/${name}`, text]);
  return repository({
    'p/forkcast.json': JSON.stringify(isSettings(pipeline) ? pipeline : { pipeline }),
    ...Object.fromEntries(files),
  });
}

function isSettings(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'pipeline' in value;
}

function serve(pipeline: unknown, own: Readonly<Record<string, string>> = {}): Promise<ModelApp> {
  return modelApp([withPipeline(pipeline, own)]);
}

async function predictions(app: ModelApp, instances: readonly unknown[]): Promise<unknown> {
  const { status, json } = await app.post('/v1/models/p:predict', { instances });
  return status === 200 ? json.predictions : json;
}

/** The pipeline as it is loaded, with its parts. */
async function load(pipeline: unknown, own: Readonly<Record<string, string>> = {}): Promise<Model> {
  return loadAt(withPipeline(pipeline, own));
}

async function loadAt(root: string): Promise<Model> {
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const loaded: Model[] = [];
  for (const plan of findModels(root)) {
    loaded.push(...(await loadModel(plan, { threads: 1, logger, loaded })));
  }
  const model = loaded.find(({ name }) => name === 'p');
  if (model === undefined) throw new Error('no pipeline');
  return model;
}

describe('models that run one after another', () => {
  test('in rows, in columns, and by v2', async () => {
    const app = await serve(['double', 'add-one']);
    expect(await predictions(app, [1, 2])).toEqual([3, 5]);
    const columns = await app.post('/v1/models/p:predict', { inputs: { x: [1, 2] } });
    expect(columns.json).toEqual({ outputs: [3, 5] });
    const inputs = [{ name: 'x', datatype: 'FP64', shape: [2], data: [1, 2] }];
    const { json } = await app.post('/v2/models/p/infer', { inputs });
    expect(json.outputs).toEqual([{ name: 'w', datatype: 'FP64', shape: [2], data: [3, 5] }]);
  });

  test('with names told, earlier values taken up, and outputs chosen', async () => {
    const app = await serve({
      steps: [
        { model: 'double', inputs: { x: 'price' }, outputs: { y: 'twice' } },
        { model: 'late', inputs: { x: 'price' } },
        { model: 'add-one', inputs: { v: 'twice' }, outputs: { w: 'more' } },
      ],
      outputs: ['z', 'more', 'twice'],
    });
    expect(await predictions(app, [3])).toEqual([{ z: 9, more: 7, twice: 6 }]);
  });

  test('of which one is a pipeline itself', async () => {
    const root = withPipeline(['double', 'q']);
    mkdirSync(join(root, 'q'));
    writeFileSync(join(root, 'q/forkcast.json'), '{"pipeline": ["add-one", "double"]}');
    expect(await predictions(await modelApp([root]), [1])).toEqual([6]);
  });

  test('of a version', async () => {
    const version = (n: number): string => tensors('x > y', `({ x }) => x.data.map(() => ${n})`);
    const root = withPipeline([{ model: 'many', version: 1 }, 'add-one'], {});
    for (const n of [1, 2]) {
      mkdirSync(join(root, `many/${n}`), { recursive: true });
      writeFileSync(join(root, `many/${n}/model.mjs`), version(n));
    }
    writeFileSync(join(root, 'many/forkcast.json'), '{"versions": "all"}');
    const app = await modelApp([root]);
    expect(await predictions(app, [0])).toEqual([2]);
    writeFileSync(join(root, 'p/forkcast.json'), '{"pipeline": ["many", "add-one"]}');
    expect(await predictions(await modelApp([root]), [0])).toEqual([3]);
  });

  test('under the names that forkcast.json gives the whole', async () => {
    const app = await serve({ pipeline: ['double', 'add-one'], inputs: { price: 'x' } });
    const { json } = await app.post('/v1/models/p:predict', { inputs: { price: [1] } });
    expect(json).toEqual({ outputs: [3] });
  });
});

describe('modules of the pipeline’s own', () => {
  test('stand between models; they get the options', async () => {
    const shift = `let by; export default {
      load({ options }) { by = options.by; },
      signature: { inputs: ${specs('a')}, outputs: ${specs('b')} },
      predict: ({ a }) => a.data.map((v) => v + by),
    };`;
    const steps = ['double', { module: './lib/shift.mjs' }, 'add-one'];
    const app = await serve({ pipeline: steps, options: { by: 10 } }, { 'lib/shift.mjs': shift });
    expect(await predictions(app, [1])).toEqual([13]);
  });

  test('are disposed of with it; models are not', async () => {
    const global = `disposed${made}`;
    const own = tensors('x > y', '({ x }) => x', `dispose() { globalThis.${global} = 1; },`);
    const part = tensors('x > y', '({ x }) => x', `dispose() { globalThis.${global}part = 1; },`);
    const root = withPipeline(['part', { module: './own.mjs' }], { 'own.mjs': own });
    mkdirSync(join(root, 'part'));
    writeFileSync(join(root, 'part/model.mjs'), part);
    await (await loadAt(root)).dispose();
    expect(globalThis).toHaveProperty(global, 1);
    expect(globalThis).not.toHaveProperty(`${global}part`);
  });

  test('the bundled example reads digits that were scanned', async () => {
    const root = join(roots, 'bundled');
    for (const name of ['digits-rf', 'scanned-digit']) {
      cpSync(join(BUNDLED, name), join(root, name), { recursive: true });
    }
    const app = await modelApp([root]);
    const file = new URL('../fixtures/digits_test.json', import.meta.url);
    const { inputs, rf } = JSON.parse(readFileSync(file, 'utf8')) as {
      inputs: number[][];
      rf: number[][];
    };
    const scans = inputs.map((row) => row.map((ink) => Math.round(255 * (1 - ink))));
    const { json } = await app.post('/v1/models/scanned-digit:predict', { instances: scans });
    const words = 'zero one two three four five six seven eight nine'.split(' ');
    const said = json.predictions.map(({ word }: { word: string }) => words.indexOf(word));
    const surest = rf.map((row) => row.indexOf(Math.max(...row)));
    const alike = said.filter((digit: number, row: number) => digit === surest[row]);
    // A scan has fewer greys, which turns a tie or two.
    expect(alike.length).toBeGreaterThan(295);
    expect(json.predictions[0].confidence).toBeGreaterThan(0.5);
  });
});

describe('steps without a signature', () => {
  test('first: they take what clients send', async () => {
    const app = await serve(['lengths', 'double']);
    expect(await predictions(app, ['a', 'bcd'])).toEqual([2, 6]);
  });

  test('last: they give what clients get', async () => {
    const own = 'export const predict = (rows) => rows.map((row) => ({ told: row }));';
    const steps = [{ model: 'double' }, { module: './tell.mjs' }];
    const app = await serve(steps, { 'tell.mjs': own });
    expect(await predictions(app, [1, { x: 2 }].slice(0, 1))).toEqual([{ told: 2 }]);
    expect(await predictions(app, [{ x: 1 }, { x: 2 }])).toEqual([{ told: 2 }, { told: 4 }]);
    expect(await predictions(app, ['a'])).toMatchObject({
      code: 'INVALID_INPUT',
      error:
        'input "x" at instances[0]: expected a number in the range of float64, got the string "a"',
    });
  });

  test('between models: rows of objects where there are several outputs', async () => {
    const both = tensors('x > a b', '({ x }) => ({ a: x, b: x.data.map((v) => -v) })');
    const swap = 'export const predict = (rows) => rows.map(({ a, b }) => ({ x: b - a }));';
    const steps = [{ module: './both.mjs' }, { module: './swap.mjs' }, 'double'];
    const app = await serve(steps, { 'both.mjs': both, 'swap.mjs': swap });
    expect(await predictions(app, [1, 5])).toEqual([-4, -20]);
    const { json } = await app.post('/v1/models/p:predict', { inputs: [3] });
    expect(json).toEqual({ outputs: [-12] });
  });

  test('that give another number of rows are found out', async () => {
    const steps = ['lengths', { module: './half.mjs' }, 'lengths'];
    const half = tensors('x > y', '({ x }) => x.data.subarray(1)');
    const { code, error } = (await predictions(await serve(steps, { 'half.mjs': half }), [
      'a',
      'b',
    ])) as {
      code: string;
      error: string;
    };
    expect(code).toBe('MODEL_ERROR');
    expect(error).toContain('expected 2 rows (one for each instance), got 1');
  });

  test('that give what the next step does not take', async () => {
    const odd = 'export const predict = (rows) => rows.map(() => "odd");';
    const app = await serve([{ module: './odd.mjs' }, 'double'], { 'odd.mjs': odd });
    expect(await predictions(app, [1])).toMatchObject({
      code: 'MODEL_ERROR',
      error: expect.stringContaining(
        'step 1 (./odd.mjs): input "x" at predictions[0]: expected a number',
      ),
    });
  });
});

describe('errors name their step', () => {
  test.each([
    [
      ['double', 'picky'],
      [501],
      'MODEL_ERROR',
      'step 2 (model "picky"): model "picky" failed: too much',
    ],
    [['picky', 'double'], [-1], 'INVALID_INPUT', 'step 1 (model "picky"): expected no negative'],
    // The client sent a −1, but the model got a −2 that it never sent.
    [['double', 'picky'], [-1], 'MODEL_ERROR', 'step 2 (model "picky"): expected no negative'],
    [
      ['any-width', 'two-wide'],
      [[1, 2, 3]],
      'MODEL_ERROR',
      'step 2 (model "two-wide"): its input "x" takes the shape [-1, 2], but gets [1, 3]',
    ],
  ])('%j with %j', async (steps, instances, code, error) => {
    expect(await predictions(await serve(steps), instances)).toMatchObject({ code, error });
  });

  test('what takes the pipeline’s input may refuse it, wherever it stands', async () => {
    const steps = ['double', { model: 'picky', inputs: { x: 'x' } }];
    expect(await predictions(await serve(steps), [-1])).toMatchObject({ code: 'INVALID_INPUT' });
  });

  test('what a module of its own refuses is the client’s fault, as it says', async () => {
    const own = { 'picky.mjs': PARTS['picky/model.mjs'] };
    const app = await serve(['double', { module: './picky.mjs' }], own);
    expect(await predictions(app, [-1])).toMatchObject({
      code: 'INVALID_INPUT',
      error: 'step 2 (./picky.mjs): expected no negative',
    });
  });
});

describe('as a model', () => {
  test('it may run again only when all its steps may', async () => {
    expect(await load(['lengths', 'double'])).toMatchObject({ isRetryable: true });
    expect(await load(['once', 'double'])).toMatchObject({ isRetryable: false });
    expect(await load({ pipeline: ['double'], retry: false })).toMatchObject({
      isRetryable: false,
    });
  });

  test('its time limit is its own', async () => {
    expect((await load(['double'])).timeoutMs).toBeUndefined();
    expect(await load({ pipeline: ['double'], timeout: '2s' })).toMatchObject({ timeoutMs: 2000 });
  });

  test('rows run together as far as they do in all its steps', async () => {
    const rows = { isRowWise: true, maxBatchRows: 4 };
    expect(await load(['double', 'add-one'])).toMatchObject(rows);
    expect(await load(['double', 'late'])).toMatchObject({ isRowWise: false });
    const told = { pipeline: ['double', 'add-one'], maxBatchRows: 2 };
    expect(await load(told)).toMatchObject({ maxBatchRows: 2 });
  });
});

/** A run that is watched step by step. */
function run(
  model: Model,
  input: number,
  told: Partial<PredictContext> = {},
): Promise<readonly [RequestError | undefined, unknown, number]> {
  const { signal } = new AbortController();
  const context: PredictContext = { requestId: 'test', signal, isAbandoned: false };
  Object.defineProperties(context, Object.getOwnPropertyDescriptors(told));
  if (model.kind !== 'tensors') throw new Error('expected a signature');
  const x = { dtype: 'float64', shape: [1], data: Float64Array.of(input) } as const;
  return new Promise((resolve) => {
    model.run({ x }, context, (error, outputs, runMicros) => resolve([error, outputs, runMicros]));
  });
}

test('no step begins when the client has left', async () => {
  const own = tensors('x > y', '({ x }, { signal }) => (globalThis.leave(), x)');
  const model = await load([{ module: './leave.mjs' }, 'picky'], { 'leave.mjs': own });
  let isAbandoned = false;
  const leave = (): void => {
    isAbandoned = true;
  };
  Object.assign(globalThis, { leave });
  const [error] = await run(model, 5000, {
    get isAbandoned() {
      return isAbandoned;
    },
  });
  expect(error?.code).toBe('CLIENT_CLOSED_REQUEST');
});

test('its time is that of all its steps', async () => {
  const slow = (ms: number): string =>
    tensors(
      'x > x',
      `({ x }) => { const end = performance.now() + ${ms}; while (performance.now() < end); return x; }`,
    );
  const steps = [{ module: './a.mjs' }, { module: './b.mjs' }];
  const model = await load(steps, { 'a.mjs': slow(20), 'b.mjs': slow(30) });
  const [, , runMicros] = await run(model, 1);
  expect(runMicros).toBeGreaterThanOrEqual(50_000);
});

describe('a step that streams', () => {
  const STREAM = tensors('x > y', 'function* ({ x }) { yield x; yield x.data.map((v) => v + 1); }');

  test('may be the last: its pieces are the pipeline’s', async () => {
    const steps = ['double', { module: './stream.mjs', outputs: { y: 'piece' } }];
    const model = await load(steps, { 'stream.mjs': STREAM });
    const pieces: unknown[] = [];
    const [error, outputs] = await run(model, 1, {
      takePiece: (piece) => void pieces.push((piece as { piece: { data: unknown } }).piece.data),
    });
    expect([error, outputs]).toEqual([undefined, undefined]);
    expect(pieces).toEqual([Float64Array.of(2), Float64Array.of(3)]);
  });

  test('may not come before another', async () => {
    const model = await load([{ module: './stream.mjs' }, 'double'], { 'stream.mjs': STREAM });
    const [error] = await run(model, 1, { takePiece: () => undefined });
    expect(error?.message).toContain('step 1 (./stream.mjs)');
    expect(error).toBeInstanceOf(RequestError);
  });
});

describe('refused at load', () => {
  const many = 'export const one = (rows) => rows; export const two = (rows) => rows;';
  test.each<[string, unknown, Readonly<Record<string, string>>, string]>([
    [
      'a module that throws',
      ['double', { module: './bad.mjs' }],
      { 'bad.mjs': "throw new Error('no weights');" },
      'step 2 (./bad.mjs): no weights',
    ],
    [
      'a module of several models',
      [{ module: './many.mjs' }],
      { 'many.mjs': many },
      'step 1 (./many.mjs): the module gives several models; expected one',
    ],
    [
      'a module with routes',
      [{ module: './routes.mjs' }],
      {
        'routes.mjs':
          'export const routes = async () => {}; export const predict = (rows) => rows;',
      },
      'step 1 (./routes.mjs): a step cannot have routes of its own',
    ],
    [
      'steps that do not fit',
      ['double', 'two-wide'],
      {},
      'step 2 (model "two-wide"): its input "x" takes the shape [-1, 2], but gets [-1] from "y".',
    ],
    [
      'rows of several requests where a step has no signature',
      { pipeline: ['lengths', 'double'], maxBatchRows: 8 },
      {},
      'maxBatchRows: a step has no signature, so rows of several requests cannot run together',
    ],
  ])('%s', async (_case, pipeline, own, reason) => {
    const error: unknown = await load(pipeline, own).then(
      () => 'it loaded',
      (fault) => fault,
    );
    expect(error).toMatchObject({ exitCode: 11 });
    expect(error).toMatchObject({ message: expect.stringContaining(`could not load: ${reason}`) });
  });

  test('a link that leads out', async () => {
    const root = withPipeline([{ module: './out.mjs' }]);
    symlinkSync('../double/model.mjs', join(root, 'p/out.mjs'));
    await expect(loadAt(root)).rejects.toThrow("the link leaves the pipeline's folder");
  });

  test.each([
    [['nobody'], 'there is no model "nobody"'],
    [['p'], '"p" is a part of itself'],
    [[{ model: 'double', version: 7 }], 'version 7 of model "double" is not served'],
    [[{ module: './no.mjs' }], 'no.mjs'],
    [5, 'pipeline: expected an array of steps'],
  ])('%j is a fault of the configuration', (pipeline, fault) => {
    expect(() => findModels(withPipeline({ pipeline }))).toThrow(fault);
  });
});
