import { describe, expect, test } from 'vitest';
import type { TensorSpec } from '../../../../../src/model/tensor/signature.js';
import type { Dtype, Tensors } from '../../../../../src/model/tensor/tensor.js';
import { ReplySerializer } from '../../../../../src/worker/protocols/v1/reply.js';

const spec = (name: string, dtype: Dtype, ...shape: readonly number[]): TensorSpec => {
  return { name, dtype, shape };
};
const SPECS = [spec('label', 'int64', -1), spec('p "q"', 'float32', -1, -1)];

function outputs(rows: number, width: number): Tensors {
  const numbers = Float32Array.from({ length: rows * width }, (_, at) => Math.sin(at) ** 9);
  if (numbers.length > 40) numbers.set([Number.NaN, -0, Infinity, 7], 20);
  return {
    label: {
      dtype: 'int64',
      shape: [rows],
      data: BigInt64Array.from({ length: rows }, (_, row) => BigInt(row)),
    },
    'p "q"': { dtype: 'float32', shape: [rows, width], data: numbers },
  };
}

function expected(rows: number, width: number): string {
  const { 'p "q"': p } = outputs(rows, width);
  const numbers = Array.from(p?.data as Float32Array);
  const predictions = Array.from({ length: rows }, (_, row) => ({
    label: row,
    'p "q"': numbers.slice(row * width, (row + 1) * width),
  }));
  return JSON.stringify({ predictions });
}

describe('rows of several outputs are written as JSON.stringify writes them', () => {
  test.each([
    [1, 1],
    [1, 10],
    [3, 0],
    [100, 10],
    [409, 10],
    [410, 10],
    [1000, 7],
    [9, 511],
    [9, 600],
    [5000, 1],
  ])('%i rows of %i', (rows, width) => {
    const serializer = new ReplySerializer(SPECS);
    const asked = { form: 'rows', rows, inputs: {} } as const;
    const text = serializer.reply(asked, outputs(rows, width));
    expect(text).toBe(expected(rows, width));
    expect(serializer.rows(outputs(rows, width), rows)).toBe(
      text.slice('{"predictions":['.length, -']}'.length),
    );
  });
});

test('columns, of one output and of several', () => {
  const asked = { form: 'columns', rows: 1, inputs: {} } as const;
  const both = new ReplySerializer(SPECS);
  expect(both.reply(asked, outputs(2, 1))).toBe(
    `{"outputs":{"label":[0,1],"p \\"q\\"":[[0],[${Math.fround(Math.sin(1) ** 9)}]]}}`,
  );
  expect(both.columns(outputs(2, 1))[0]).toBe('0,1');
  const only = new ReplySerializer([spec('label', 'int64', -1)]);
  expect(only.reply(asked, outputs(2, 1))).toBe('{"outputs":[0,1]}');
  expect(only.rows(outputs(2, 1), 2)).toBe('0,1');
  expect(new ReplySerializer([]).reply(asked, {})).toBe('{"outputs":{}}');
});

test('it knows of which models all replies are ASCII', () => {
  const isAscii = (...specs: readonly TensorSpec[]): boolean => new ReplySerializer(specs).isAscii;
  expect(isAscii(...SPECS)).toBe(true);
  expect(isAscii(spec('größe', 'float32', -1), spec('a', 'float32', -1))).toBe(false);
  expect(isAscii(spec('a', 'string', -1))).toBe(false);
});

test('what has no row for each instance is refused, and what is missing is the model’s fault', () => {
  const serializer = new ReplySerializer(SPECS);
  const asked = { form: 'rows', rows: 3, inputs: {} } as const;
  expect(() => serializer.reply(asked, outputs(2, 1))).toThrow('not one row for each of 3');
  expect(() => serializer.reply(asked, {})).toThrow('output "label" is missing');
});
