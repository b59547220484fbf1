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
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { memory } from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load-model.js';
import type { Model, TensorModel } from '../../src/model/model.js';
import type { ModelPlan } from '../../src/model/model-plan.js';
import { findModels } from '../../src/model/repository/repository.js';
import type { Tensors } from '../../src/model/tensor/tensor.js';
import { type ModelApp, modelApp } from './model-app.js';

const FIXTURES = fileURLToPath(new URL('../fixtures/tfjs/', import.meta.url));

type Case = { readonly inputs: Named; readonly outputs: Named };
type Named = Readonly<Record<string, unknown>>;

/** Expected outputs come from NumPy, computed from the weights alone. */
function casesOf(name: string): readonly Case[] {
  return JSON.parse(readFileSync(join(FIXTURES, name, 'cases.json'), 'utf8')) as Case[];
}

function farthest(got: unknown, expected: unknown): number {
  if (Array.isArray(got) && Array.isArray(expected)) {
    if (got.length !== expected.length) return Infinity;
    return Math.max(0, ...got.map((value, index) => farthest(value, expected[index])));
  }
  if (typeof got === 'number' && typeof expected === 'number') {
    return Math.abs(got - expected) / Math.max(1, Math.abs(expected));
  }
  return got === expected ? 0 : Infinity;
}

let served: ModelApp;
const MODELS = [
  'digits-cnn',
  'mood-lstm',
  'two-heads',
  'affine',
  'no-signature',
  'loop',
  'while',
  'where',
  'einsum',
  'spectrum',
  'text',
  'vocabulary',
  'look-up',
];

beforeAll(async () => {
  served = await modelApp(MODELS.map((name) => join(FIXTURES, name)));
});

describe('answers as NumPy does', () => {
  test.each(MODELS)('%s', async (name) => {
    const cases = casesOf(name);
    expect(cases.length).toBeGreaterThan(0);
    for (const { inputs, outputs } of cases) {
      const { status, json } = await served.post(`/v1/models/${name}:predict`, { inputs });
      expect(status, JSON.stringify(json)).toBe(200);
      const names = Object.keys(outputs);
      const got: Named = names.length === 1 ? { [names[0] ?? '']: json.outputs } : json.outputs;
      expect(Object.keys(got)).toEqual(names);
      for (const output of names) {
        expect(farthest(got[output], outputs[output]), JSON.stringify(got[output])).toBeLessThan(
          1e-5,
        );
      }
    }
  });
});

test('rows in, rows out', async () => {
  const [first] = casesOf('two-heads');
  const { a, b } = (first?.inputs ?? {}) as { a: number[][]; b: number[][] };
  const instances = a.map((row, index) => ({ a: row, b: b[index] }));
  const { json } = await served.post('/v1/models/two-heads:predict', { instances });
  const scores = json.predictions.map((row: { score: number[] }) => row.score);
  expect(farthest(scores, first?.outputs.score)).toBeLessThan(1e-5);
});

describe('signatures', () => {
  test.each([
    ['digits-cnn', ['conv_input float32 -1,8,8,1'], ['digit float32 -1,10']],
    ['mood-lstm', ['words int32 -1,-1'], ['mood float32 -1,1']],
    [
      'two-heads',
      ['a float32 -1,3', 'b float32 -1,2'],
      ['score float32 -1,1', 'kind float32 -1,3'],
    ],
    ['affine', ['features float32 -1,3'], ['hidden float32 -1,4', 'best int32 -1']],
    [
      'no-signature',
      ['in/x float32 -1,2', 'in/by float32 '],
      ['out/scaled float32 -1,2', 'out/turned float32 2,-1'],
    ],
    ['where', ['flags bool -1'], ['not bool -1', 'at int32 -1,1']],
    ['vocabulary', ['word string -1'], ['id int32 -1']],
  ])('%s', async (name, inputs, outputs) => {
    const { signature } = await load(name);
    const lines = (specs: typeof signature.inputs): string[] =>
      specs.map((spec) => `${spec.name} ${spec.dtype} ${spec.shape}`);
    expect(lines(signature.inputs)).toEqual(inputs);
    expect(lines(signature.outputs)).toEqual(outputs);
  });
});

describe('refused as the client’s fault', () => {
  test.each([
    ['digits-cnn', { instances: [[[1]]] }, 'input "conv_input" at instances[0]'],
    ['two-heads', { inputs: { a: [[1, 2, 3]] } }, 'input "b" is missing'],
    [
      'two-heads',
      {
        inputs: {
          a: [[1, 2, 3]],
          b: [
            [1, 2],
            [3, 4],
          ],
        },
      },
      'input "b": expected 1 rows as in input "a", got 2',
    ],
    ['mood-lstm', { instances: [[1.5]] }, 'expected a whole number'],
    ['mood-lstm', { instances: [[20]] }, 'the index value 20 is not in [0, 19]'],
    ['mood-lstm', { instances: [[-1]] }, 'the index value -1 is not in [0, 19]'],
    ['mood-lstm', { inputs: { words: [[], []] } }, 'input "words": expected at least one value'],
    ['text', { instances: [1] }, 'expected a string'],
  ])('%s %j', async (name, body, reason) => {
    const { status, json } = await served.post(`/v1/models/${name}:predict`, body);
    expect({ status, code: json.code }).toEqual({ status: 400, code: 'INVALID_INPUT' });
    expect(json.error).toContain(reason);
  });
});

test('what WebAssembly lacks is computed in JavaScript, and said once', () => {
  const kernels = served.lines.flatMap(({ level, facts }) =>
    level === 'warn' && 'kernel' in facts ? [facts.kernel] : [],
  );
  expect(kernels).toEqual(['Einsum', 'Complex', 'StaticRegexReplace']);
});

describe('tensors are disposed of', () => {
  test.each([
    ['digits-cnn', 10_000],
    ['mood-lstm', 1000],
    ['affine', 10_000],
    ['no-signature', 1000],
    ['loop', 500],
    ['while', 500],
    ['where', 1000],
    ['vocabulary', 1000],
    ['einsum', 1000],
  ])('%s: as many after %i runs', async (name, runs) => {
    const model = await load(name);
    const inputs = tensorsOf(name, model);
    await run(model, inputs);
    const { numTensors, numBytes } = memory();
    for (let i = 0; i < runs; i++) await run(model, inputs);
    expect(memory()).toMatchObject({ numTensors, numBytes });
  });

  test('also when a run fails', async () => {
    const model = await load('mood-lstm');
    const inputs: Tensors = {
      words: { dtype: 'int32', shape: [1, 1], data: Int32Array.of(99) },
    };
    const { numTensors } = memory();
    for (let i = 0; i < 100; i++) await expect(run(model, inputs)).rejects.toThrow('index value');
    expect(memory().numTensors).toBe(numTensors);
  });

  test('and weights when the model is', async () => {
    const before = memory().numTensors;
    const model = await load('digits-cnn');
    expect(memory().numTensors).toBe(before + 4);
    await model.dispose();
    expect(memory().numTensors).toBe(before);
  });
});

test('a graph that is awaited does not mix with what runs meanwhile', async () => {
  const [first] = casesOf('loop');
  const [other] = casesOf('digits-cnn');
  const asked = Array.from({ length: 20 }, (_, index) =>
    index % 2 === 0
      ? served.post('/v1/models/loop:predict', { inputs: first?.inputs })
      : served.post('/v1/models/digits-cnn:predict', { inputs: other?.inputs }),
  );
  const answers = await Promise.all(asked);
  answers.forEach(({ json }, index) => {
    const expected = index % 2 === 0 ? first?.outputs.y : other?.outputs.digit;
    expect(farthest(json.outputs, expected)).toBeLessThan(1e-5);
  });
});

test('backend: cpu', async () => {
  const model = await load('digits-cnn', { options: { backend: 'cpu' } });
  const outputs = await run(model, tensorsOf('digits-cnn', model));
  const expected = [casesOf('digits-cnn')[0]?.outputs.digit].flat(2);
  expect(farthest([...(outputs.digit?.data ?? [])], expected)).toBeLessThan(1e-5);
});

test('layers models batch by themselves, graphs only when told to', async () => {
  expect(await load('digits-cnn')).toMatchObject({ isRowWise: true });
  expect(await load('affine')).toMatchObject({ isRowWise: false });
});

describe('refused at load', () => {
  const root = mkdtempSync(join(tmpdir(), 'forkcast-tfjs-'));
  afterAll(() => rmSync(root, { recursive: true }));
  let copies = 0;

  function copyOf(name: string): string {
    const folder = join(root, `${name}-${copies++}`);
    cpSync(join(FIXTURES, name), folder, { recursive: true });
    return folder;
  }

  /** The reason why a changed copy cannot load. */
  async function refusal(
    name: string,
    change: (model: Loose, folder: string) => unknown,
    told: Partial<ModelPlan> = {},
  ): Promise<string> {
    const folder = copyOf(name);
    const file = join(folder, 'model.json');
    const model = JSON.parse(readFileSync(file, 'utf8')) as Loose;
    const text = change(model, folder);
    writeFileSync(file, typeof text === 'string' ? text : JSON.stringify(model));
    const plan: ModelPlan = { ...PLAN, ...told, file };
    const error: unknown = await loadModel(plan, { threads: 1, logger, loaded: [] }).then(
      () => 'it loaded',
      (reason) => reason,
    );
    expect(error).toMatchObject({ exitCode: 11 });
    return error instanceof Error
      ? error.message.replace(/^.*could not load: /, '')
      : String(error);
  }

  const SHARD = 'group1-shard1of1.bin';

  test('an operation that nobody knows', async () => {
    expect(await refusal('unknown-op', () => {})).toMatch(/^Unknown op 'DecisionForestPredict'/);
  });

  test.each<[string, (model: Loose, folder: string) => unknown, string]>([
    ['half a file', (model) => JSON.stringify(model).slice(0, 900), 'model.json is not valid JSON'],
    ['a number', () => '5', 'model.json: expected an object, got 5'],
    [
      'no topology',
      (model) => void delete model.modelTopology,
      'modelTopology: expected an object',
    ],
    [
      'no weights',
      (model) => void delete model.weightsManifest,
      'weightsManifest: expected an array',
    ],
    [
      'another format',
      (model) => Object.assign(model, { format: 'tf-frozen' }),
      'format: expected "layers-model"',
    ],
    ['a missing shard', (_, folder) => rmSync(join(folder, SHARD)), `${SHARD} is missing`],
    [
      'a short shard',
      (_, folder) => writeFileSync(join(folder, SHARD), Buffer.alloc(1000)),
      `${SHARD}: expected 1640 bytes of weights, as model.json says, got 1000`,
    ],
    [
      'a long shard',
      (_, folder) => writeFileSync(join(folder, SHARD), Buffer.alloc(1641)),
      'got 1641',
    ],
    [
      'a shard that is a folder',
      (_, folder) => {
        rmSync(join(folder, SHARD));
        mkdirSync(join(folder, SHARD));
      },
      'expected a file of weights',
    ],
    [
      'a link that leads out',
      (_, folder) => {
        rmSync(join(folder, SHARD));
        symlinkSync('/etc/hostname', join(folder, SHARD));
      },
      `the link ${SHARD} leaves the folder of the model`,
    ],
    [
      'a path that leads out',
      (model) => Object.assign(model.weightsManifest[0], { paths: ['../../etc/passwd'] }),
      'the path the string "../../etc/passwd" leaves the folder of the model',
    ],
    [
      'an absolute path',
      (model) => Object.assign(model.weightsManifest[0], { paths: ['/etc/passwd'] }),
      'leaves the folder of the model',
    ],
    [
      'an address',
      (model) => Object.assign(model.weightsManifest[0], { paths: ['https://example.org/w.bin'] }),
      'is missing',
    ],
    [
      'a negative size',
      (model) => Object.assign(model.weightsManifest[0].weights[0], { shape: [-1, 3] }),
      'weight "conv/kernel" has no valid shape',
    ],
    [
      'a weight of another type',
      (model) => Object.assign(model.weightsManifest[0].weights[0], { dtype: 'float64' }),
      'is the string "float64", which is not supported',
    ],
    [
      'a weight of another shape',
      (model) => Object.assign(model.weightsManifest[0].weights[0], { shape: [4, 3, 3, 1] }),
      'Shape mismatch',
    ],
    [
      'a weight by another name',
      (model) => Object.assign(model.weightsManifest[0].weights[0], { name: 'other/kernel' }),
      'other/kernel',
    ],
    [
      'an unknown layer',
      (model, _) => JSON.stringify(model).replace('"MaxPooling2D"', '"Lambda"'),
      'Unknown layer: Lambda',
    ],
    [
      'a model of Keras 3',
      (model) => {
        model.modelTopology = { keras_version: '3.4.1', model_config: { class_name: 'Odd' } };
      },
      'it is of Keras 3.4.1; save it with tf_keras (Keras 2)',
    ],
  ])('%s', async (_case, change, reason) => {
    expect(await refusal('digits-cnn', change)).toContain(reason);
  });

  test.each<[string, string, (model: Loose) => unknown, string]>([
    [
      'a layer that takes what is not there',
      'two-heads',
      ({ modelTopology }) => {
        modelTopology.config.layers[3].inbound_nodes[0][0][0] = 'lost';
      },
      'layer "hidden" takes what "lost" gives, which is not there',
    ],
    [
      'layers that take each other',
      'two-heads',
      ({ modelTopology }) => {
        modelTopology.config.layers[2].inbound_nodes[0][0][0] = 'score';
      },
      'layer "both" takes what "score" gives, in a circle',
    ],
    [
      'two layers of one name',
      'two-heads',
      ({ modelTopology }) => modelTopology.config.layers.push(modelTopology.config.layers[0]),
      'there are two layers "a"',
    ],
    [
      'a graph with a hole',
      'affine',
      ({ modelTopology }) => void delete modelTopology.node[0].name,
      'modelTopology or signature is damaged, or not what TensorFlow.js takes (',
    ],
  ])('%s', async (_case, name, change, reason) => {
    expect(await refusal(name, change)).toContain(reason);
  });

  test('a graph whose shapes nobody says', async () => {
    const reason = await refusal('affine', (model) => {
      model.signature.inputs.features.tensorShape = { unknownRank: true };
      model.modelTopology.node[0].attr.shape = { shape: { unknownRank: true } };
    });
    expect(reason).toContain(
      'input "features": model.json does not say its shape; supply it under',
    );
  });

  test('options that it does not know', async () => {
    expect(await refusal('affine', () => {}, { options: { threads: 2 } })).toBe(
      'options: unknown option "threads"; expected "backend"',
    );
    expect(await refusal('affine', () => {}, { options: { backend: 'webgl' } })).toBe(
      'options.backend: expected "wasm" or "cpu", got the string "webgl"',
    );
  });
});

test('forkcast.json supplies what the file leaves open', async () => {
  const root = mkdtempSync(join(tmpdir(), 'forkcast-tfjs-'));
  try {
    cpSync(join(FIXTURES, 'affine'), root, { recursive: true });
    const file = join(root, 'model.json');
    const model = JSON.parse(readFileSync(file, 'utf8')) as Loose;
    model.signature.inputs.features.tensorShape = { unknownRank: true };
    model.signature.outputs.hidden.tensorShape = { unknownRank: true };
    model.modelTopology.node[0].attr.shape = { shape: { unknownRank: true } };
    writeFileSync(file, JSON.stringify(model));
    const { signature } = await load('affine', {
      file,
      inputs: { pixels: { from: 'features', shape: [-1, 3] } },
    });
    expect(signature.inputs[0]).toMatchObject({ dtype: 'float32', shape: [-1, 3] });
    expect(signature.outputs[0]).toEqual({ name: 'hidden', dtype: 'float32', shape: [-1, 4] });
  } finally {
    rmSync(root, { recursive: true });
  }
});

// A model.json that is about to be broken.
// biome-ignore lint/suspicious/noExplicitAny: of any form
type Loose = any;

const logger = { info: () => {}, warn: () => {}, error: () => {} };

const PLAN: ModelPlan = {
  name: 'under-test',
  version: '1',
  runtime: 'tfjs',
  file: '',
  isLatest: true,
  labels: [],
};

async function load(name: string, told: Partial<ModelPlan> = {}): Promise<TensorModel> {
  const [plan] = findModels(join(FIXTURES, name));
  if (plan === undefined) throw new Error('no plan');
  const options = { threads: 1, logger, loaded: [] };
  const [model] = await loadModel({ ...plan, ...told }, options);
  if (model?.kind !== 'tensors') throw new Error('no model');
  return model;
}

function tensorsOf(name: string, { signature }: TensorModel): Tensors {
  const [first] = casesOf(name);
  return Object.fromEntries(
    signature.inputs.map(({ name: input, dtype, shape }) => {
      const values = [first?.inputs[input]].flat(9) as never[];
      const data =
        dtype === 'string'
          ? values
          : dtype === 'float32'
            ? Float32Array.from(values)
            : dtype === 'int32'
              ? Int32Array.from(values)
              : Uint8Array.from(values, Number);
      const fixed = shape.reduce((product, size) => product * Math.abs(size), 1);
      const sizes = shape.map((size) => (size === -1 ? values.length / fixed : size));
      if (name === 'mood-lstm') sizes.splice(0, 2, 2, 6);
      return [input, { dtype, shape: sizes, data }];
    }),
  );
}

function run(model: Model & TensorModel, inputs: Tensors): Promise<Tensors> {
  const context = {
    requestId: 'test',
    signal: new AbortController().signal,
    isAbandoned: false,
  };
  return new Promise((resolve, reject) => {
    model.run(inputs, context, (error, outputs) =>
      error === undefined ? resolve(outputs ?? {}) : reject(error),
    );
  });
}
