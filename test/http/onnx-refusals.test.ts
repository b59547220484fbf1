/** Files that cannot be served: each is refused with a reason that says what to do. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { StartError } from '../../src/errors.js';
import { loadModel } from '../../src/model/load-model.js';
import { findModels } from '../../src/model/repository/repository.js';
import { encodeOnnx, type Graph, type ValueInfo } from './onnx-writer.js';

let root: string;
let count = 0;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-onnx-refusals-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function newFolder(): string {
  count++;
  const folder = join(root, `m${count}`);
  mkdirSync(folder);
  return folder;
}

/** Why the file cannot be loaded; undefined when it can. */
async function load(
  content: string | Uint8Array,
  options: Readonly<Record<string, unknown>> = {},
  folder = newFolder(),
): Promise<unknown> {
  writeFileSync(join(folder, 'model.onnx'), content);
  const [plan] = findModels(folder);
  if (plan === undefined) throw new Error('no plan');
  const logger = { info() {}, warn() {}, error() {} };
  try {
    const models = await loadModel({ ...plan, options }, { threads: 1, logger, loaded: [] });
    await Promise.all(models.map((model) => model.dispose()));
    return undefined;
  } catch (error) {
    return error;
  }
}

async function refusal(
  content: string | Uint8Array,
  options: Readonly<Record<string, unknown>> = {},
  folder = newFolder(),
): Promise<string> {
  const error = await load(content, options, folder);
  expect(error).toBeInstanceOf(StartError);
  expect(error).toMatchObject({ exitCode: 11 });
  const { message } = error as StartError;
  const start = `model "${basename(folder)}" (${join(folder, 'model.onnx')}) could not load: `;
  expect(message.slice(0, start.length)).toBe(start);
  return message.slice(start.length);
}

const X = { name: 'x', type: 'float32', shape: ['N'] } as const;
const IDENTITY: Graph = {
  nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
  inputs: [X],
  outputs: [{ ...X, name: 'y' }],
};

describe('a file that is none', () => {
  const whole = encodeOnnx(IDENTITY);

  test.each<[string, string | Uint8Array, RegExp]>([
    ['empty', '', /^the file is empty$/],
    ['a text', 'This is not a model.\n', /^the file is a text, not an ONNX model$/],
    ['a page', '<!DOCTYPE html>\n<html>', /^the file is a text/],
    [
      'a pointer of Git LFS',
      'version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12\n',
      /^the file is a pointer of Git LFS, .*"git lfs pull"$/,
    ],
    ['cut off', whole.subarray(0, whole.length - 20), /^the file is cut off, damaged or no ONNX/],
    ['without a graph', whole.subarray(0, 2), /it has no graph$/],
    ['with two graphs', Buffer.concat([whole, whole]), /it has two graphs$/],
    ['random', Buffer.from('ff00ff00ff0a0b0c0d', 'hex'), /^the file is cut off, damaged/],
    ['zeros', Buffer.alloc(1000), /there is no field at byte 0$/],
    ['a huge length', Buffer.from('08083affffffffff7f', 'hex'), /ends \d+ bytes too late$/],
    ['a number without an end', Buffer.alloc(30, 0xff), /does not end$/],
  ])('%s', async (_name, content, reason) => {
    expect(await refusal(content)).toMatch(reason);
  });

  test('cut off anywhere it is refused', async () => {
    for (let end = 0; end < whole.length; end++) await refusal(whole.subarray(0, end));
  });

  test('with any byte changed it is refused or loaded, and the process lives', async () => {
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] ?? 0) ^ 0x55;
      const outcome = await load(changed);
      expect(outcome === undefined || outcome instanceof StartError).toBe(true);
    }
  });
});

describe('inputs and outputs that are no tensors of ours', () => {
  function withInput(input: ValueInfo): Graph {
    return { ...IDENTITY, inputs: [input] };
  }

  test.each<[string, Graph, string]>([
    [
      'a sequence',
      withInput({ ...X, wrapping: 'sequence' }),
      'input "x" is a sequence, and only tensors can be served; export the model without it',
    ],
    [
      'a value that may be none',
      withInput({ ...X, wrapping: 'optional' }),
      'input "x" is an optional value, and only tensors can be served; export the model without it',
    ],
    ['no name', withInput({ ...X, name: '' }), 'an input has no name'],
    ['no output', { ...IDENTITY, outputs: [] }, 'the model has no output'],
    [
      'a ZipMap without labels',
      {
        nodes: [{ op: 'ZipMap', domain: 'ai.onnx.ml', inputs: ['x'], outputs: ['y'] }],
        inputs: [X],
        outputs: [{ ...X, name: 'y', wrapping: 'map' }],
      },
      'the ZipMap of output "y" has no class labels',
    ],
    [
      'a sequence of who knows how many',
      {
        nodes: [{ op: 'SplitToSequence', inputs: ['x'], outputs: ['y'] }],
        inputs: [X],
        outputs: [{ ...X, name: 'y', wrapping: 'sequence' }],
      },
      'output "y" is a sequence, and only tensors can be served; export the model without it',
    ],
  ])('%s', async (_name, graph, reason) => {
    expect(await refusal(encodeOnnx(graph))).toBe(reason);
  });

  test('an operator without an implementation for bfloat16', async () => {
    const graph = { ...IDENTITY, nodes: [{ op: 'Exp', inputs: ['x'], outputs: ['y'] }] };
    const type = 'bfloat16';
    const reason = await refusal(
      encodeOnnx({ ...graph, inputs: [{ ...X, type }], outputs: [{ ...X, name: 'y', type }] }),
    );
    expect(reason).toBe(
      'ONNX Runtime has no Exp of version 13 for the types it has here; export the model with a newer opset, or with other types such as float32',
    );
  });

  test('a graph that the runtime refuses, without the places in its own source', async () => {
    const outputs = [{ ...X, name: 'z' }];
    expect(await refusal(encodeOnnx({ ...IDENTITY, outputs }))).toBe(
      'This is an invalid model. Graph output (z) does not exist in the graph.',
    );
  });
});

describe('weights in other files', () => {
  function withWeights(data: Readonly<Record<string, string>>): Buffer {
    return encodeOnnx({
      ...IDENTITY,
      initializers: [{ name: 'w', type: 'float32', dims: [3], data }],
    });
  }

  test.each([
    ['/etc/passwd', 'expected a path relative to the model\'s folder, got "/etc/passwd"'],
    ['../../etc/passwd', 'the file "../../etc/passwd" is not in the model\'s folder'],
    ['a/../../b', 'the file "a/../../b" is not in the model\'s folder'],
    ['..\\b', 'expected a path relative to the model\'s folder, got "..\\\\b"'],
    ['missing.bin', 'the file "missing.bin" is missing beside the model'],
    ['.', 'the file "." is not in the model\'s folder'],
    ['', 'it does not say which file they are in'],
  ])('%s', async (location, reason) => {
    expect(await refusal(withWeights({ location }))).toBe(`the weights "w": ${reason}`);
  });

  test('a link out of the folder', async () => {
    const folder = newFolder();
    symlinkSync('/etc/passwd', join(folder, 'weights.bin'));
    expect(await refusal(withWeights({ location: 'weights.bin' }), {}, folder)).toBe(
      'the weights "w": the file "weights.bin" is a link that leaves the model\'s folder',
    );
  });

  test.each([
    [{ offset: '0', length: '12' }, 'has 8 bytes, expected at least 12: it is cut off'],
    [{ offset: '-4', length: '12' }, 'expected an offset and a length in bytes, got "-4"'],
    [{ offset: '99999999999999999999' }, 'expected an offset and a length in bytes, got "9'],
  ])('%j of a file of 8 bytes', async (extent, reason) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'weights.bin'), Buffer.alloc(8));
    const bytes = withWeights({ location: 'weights.bin', ...extent });
    expect(await refusal(bytes, {}, folder)).toContain(reason);
  });

  test('also those of a constant inside of a branch', async () => {
    const data = { location: '/etc/passwd' };
    const bytes = encodeOnnx({
      ...IDENTITY,
      nodes: [
        {
          op: 'Constant',
          inputs: [],
          outputs: ['c'],
          attributes: { value: { tensor: { name: 'c', type: 'float32', dims: [1], data } } },
        },
        ...IDENTITY.nodes,
      ],
    });
    expect(await refusal(bytes)).toContain('got "/etc/passwd"');
  });
});

test.each([
  [
    { graphOptimisationLevel: 'all' },
    'unknown key "graphOptimisationLevel"; did you mean graphOptimizationLevel?',
  ],
  [{ profilePrefix: 'x', z: 1 }, 'options: unknown key "profilePrefix"; options: unknown key "z"'],
  [
    { graphOptimizationLevel: 'most' },
    'options.graphOptimizationLevel: expected one of "disabled", "basic", "extended", "layout", "all", got the string "most"',
  ],
  [{ intraOpNumThreads: 4 }, 'options.intraOpNumThreads: set "threads" of the model instead'],
  [
    { executionProviders: ['cuda'] },
    'options.executionProviders: expected ["cpu"], the only provider there is, got an array of 1',
  ],
  [
    { freeDimensionOverrides: { N: 0 } },
    'options.freeDimensionOverrides: expected an object with a whole number',
  ],
  [
    { extra: { session: { a: 1 } } },
    'options.extra: expected an object of session configuration entries',
  ],
  [
    { enableMemPattern: 'no', interOpNumThreads: 0 },
    'got the string "no"; options.interOpNumThreads: expected',
  ],
])('options %j', async (options, reason) => {
  expect(await refusal(encodeOnnx(IDENTITY), options)).toContain(reason);
});
