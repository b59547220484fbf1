import { expect, test } from 'vitest';
import { RequestError } from '../../../../../src/errors.js';
import {
  instancesReply,
  predictionText,
} from '../../../../../src/worker/protocols/v1/predictions.js';

function textOf(predictions: readonly unknown[]): string {
  const reply = instancesReply('m', predictions);
  return typeof reply === 'string' ? reply : reply.bytes.toString();
}

const NUMBERS = Array.from({ length: 10_000 }, (_, at) => 1 / (at + 3));

test('a large reply is bytes, and those of JSON.stringify', () => {
  for (const predictions of [NUMBERS, [NUMBERS], NUMBERS.map((value) => ({ value }))]) {
    const reply = instancesReply('m', predictions);
    expect(reply).toMatchObject({ headers: { 'content-type': 'application/json' } });
    expect(textOf(predictions)).toBe(JSON.stringify({ predictions }));
  }
});

test('a small one is a text', () => {
  expect(instancesReply('m', [1, [2]])).toBe('{"predictions":[1,[2]]}');
});

test('typed arrays are arrays, in a large reply too', () => {
  const predictions = [Float64Array.from(NUMBERS), ...NUMBERS];
  expect(textOf(predictions)).toBe(JSON.stringify({ predictions: [NUMBERS, ...NUMBERS] }));
  expect(predictionText('m', { a: Int8Array.of(1, 2) })).toBe('{"a":[1,2]}');
});

test('a circle is a fault of the model, and found at once, however many ways lead round it', () => {
  const circle: unknown[] = [...NUMBERS];
  circle.push(circle, circle);
  expect(() => instancesReply('m', circle)).toThrow(RequestError);
  expect(() => instancesReply('m', circle)).toThrow(/"m"/);
});

test('so is what JSON cannot hold', () => {
  expect(() => instancesReply('m', [1n])).toThrow(RequestError);
  expect(() => instancesReply('m', [...NUMBERS, 1n])).toThrow(RequestError);
});
