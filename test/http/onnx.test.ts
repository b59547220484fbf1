import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ModelApp, modelApp } from './model-app.js';
import { type Graph, type ValueInfo, writeIdentity, writeOnnx } from './onnx-writer.js';

let root: string;

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-onnx-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

function modelFile(name: string): string {
  mkdirSync(join(root, name));
  return join(root, name, 'model.onnx');
}

async function identity(name: string, value: Omit<ValueInfo, 'name'>): Promise<ModelApp> {
  const file = modelFile(name);
  writeIdentity(file, value);
  return modelApp([file]);
}

async function graph(name: string, content: Graph): Promise<ModelApp> {
  const file = modelFile(name);
  writeOnnx(file, content);
  return modelApp([file]);
}

test.each([
  ['bool', [true, false]],
  ['bfloat16', [1.5, -3.3895313892515355e38]],
  ['float16', [1.5, -65504]],
  ['float32', [1.5, -2]],
  ['float64', [1e300, 0.1]],
  ['int8', [-128, 127]],
  ['int16', [-32768, 32767]],
  ['int32', [-2147483648, 2147483647]],
  ['int64', [-5, 9007199254740991]],
  ['uint8', [0, 255]],
  ['uint16', [0, 65535]],
  ['uint32', [0, 4294967295]],
  ['uint64', [0, 9007199254740991]],
  ['string', ['', 'é ✓']],
] as const)('%s goes in and comes out', async (type, values) => {
  const { post } = await identity(`dtype-${type}`, { type, shape: ['N'] });
  expect((await post('/predict', { instances: values })).text).toBe(
    `{"predictions":${JSON.stringify(values)}}`,
  );
});

test('int64 and uint64 beyond 2^53 come in digits or as strings and leave with every digit', async () => {
  const signed = await identity('digits', { type: 'int64', shape: [-1] });
  const { text } = await signed.post(
    '/predict',
    '{"instances":["9223372036854775807",-9223372036854775808,9007199254740993,7]}',
  );
  expect(text).toBe(
    '{"predictions":[9223372036854775807,-9223372036854775808,9007199254740993,7]}',
  );
  const unsigned = await identity('unsigned', { type: 'uint64', shape: [-1] });
  const reply = await unsigned.post('/predict', '{"inputs":{"x":[18446744073709551615]}}');
  expect(reply.text).toBe('{"outputs":[18446744073709551615]}');
  const beyond = await unsigned.post('/predict', '{"inputs":{"x":[18446744073709551616]}}');
  expect(beyond.json.error).toMatch(/^input "x" at inputs\.x\[0\]: .* got 18446744073709551616$/);
});

describe('shapes', () => {
  test('a fixed first dimension is checked', async () => {
    const { post } = await identity('fixed', { type: 'float32', shape: [1, 2] });
    expect((await post('/predict', { instances: [[1, 2]] })).json).toEqual({
      predictions: [[1, 2]],
    });
    expect((await post('/predict', { inputs: { x: [[1, 2]] } })).json).toEqual({
      outputs: [[1, 2]],
    });
    const two = await post('/predict', {
      instances: [
        [1, 2],
        [3, 4],
      ],
    });
    expect(two.json.error).toBe(
      'input "x" at instances: expected an array of 1, got an array of 2',
    );
  });

  test('a scalar takes the column form only', async () => {
    const { post } = await identity('scalar', { type: 'int32', shape: [] });
    expect((await post('/predict', { inputs: 5 })).text).toBe('{"outputs":5}');
    const rows = await post('/predict', { instances: [5] });
    expect(rows.status).toBe(400);
    expect(rows.json.error).toBe(
      'input "x" is one value for all rows: expected the form {"inputs": {...}}',
    );
  });

  test('several free dimensions', async () => {
    const { post } = await identity('free', { type: 'uint8', shape: ['N', 'length', 2] });
    const value = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ];
    expect((await post('/predict', { instances: value })).json).toEqual({ predictions: value });
  });

  test('outputs without a row for each instance are refused in the row form', async () => {
    const { post } = await graph('size', {
      nodes: [{ op: 'Size', inputs: ['x'], outputs: ['count'] }],
      inputs: [{ name: 'x', type: 'float32', shape: ['N', 2] }],
      outputs: [{ name: 'count', type: 'int64', shape: [] }],
    });
    expect(
      (
        await post('/predict', {
          inputs: [
            [1, 2],
            [3, 4],
          ],
        })
      ).text,
    ).toBe('{"outputs":4}');
    const rows = await post('/predict', { instances: [[1, 2]] });
    expect(rows.status).toBe(400);
    expect(rows.json.error).toBe(
      'output "count" has shape [], not one row for each of 1 instances: expected the form {"inputs": ...}',
    );
  });

  test('dimensions of one name must agree', async () => {
    const value = { type: 'float32', shape: ['N', 2] } as const;
    const { post } = await graph('sum', {
      nodes: [{ op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] }],
      inputs: [
        { ...value, name: 'a' },
        { ...value, name: 'b' },
      ],
      outputs: [{ ...value, name: 'sum' }],
    });
    const good = await post('/predict', { instances: [{ a: [1, 2], b: [3, 4] }] });
    expect(good.json).toEqual({ predictions: [[4, 6]] });
    const bad = await post('/predict', {
      inputs: {
        a: [
          [1, 2],
          [1, 2],
          [1, 2],
        ],
        b: [
          [1, 2],
          [3, 4],
        ],
      },
    });
    expect(bad.status).toBe(400);
    expect(bad.json.error).toBe(
      'input "b": expected 3 in dimension 0 ("N") as in input "a", got 2',
    );
  });
});

test('a string with NUL is refused, because ONNX Runtime would cut it', async () => {
  const { post } = await identity('nul', { type: 'string', shape: ['N'] });
  const reply = await post('/predict', { instances: ['a', 'b\u0000c'] });
  expect(reply.status).toBe(400);
  expect(reply.json.error).toBe(
    'input "x": expected strings without NUL (U+0000), got one in value 1',
  );
});

test('sizes that only a run can judge are the fault of the request', async () => {
  const { post } = await graph('product', {
    nodes: [{ op: 'MatMul', inputs: ['a', 'b'], outputs: ['y'] }],
    inputs: [
      { name: 'a', type: 'float32', shape: ['N', 'K'] },
      { name: 'b', type: 'float32', shape: ['L', 'M'] },
    ],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 'M'] }],
  });
  const reply = await post('/predict', { inputs: { a: [[1, 2, 3]], b: [[1], [2]] } });
  expect(reply.status).toBe(400);
  expect(reply.json.error).toBe('in MatMul: MatMul dimension mismatch');
});

test('what else fails while it runs is a MODEL_ERROR with a line in the log', async () => {
  const { post, lines } = await graph('huge', {
    nodes: [{ op: 'ConstantOfShape', inputs: ['sizes'], outputs: ['y'] }],
    inputs: [{ name: 'sizes', type: 'int64', shape: ['N'] }],
    outputs: [{ name: 'y', type: 'float32' }],
  });
  const reply = await post('/predict', { inputs: [1e7, 1e8] });
  expect(reply.status).toBe(500);
  expect(reply.json.error).toBe(
    'model "huge" failed: in ConstantOfShape: Failed to allocate memory for requested buffer of size 4000000000000000',
  );
  expect(lines.filter((line) => line.message === 'model failed')).toHaveLength(1);
});
