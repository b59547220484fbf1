import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../src/errors.js';
import { firstLine, modelError } from '../../../src/model/model-error.js';

describe('the reason of an error', () => {
  test('is its first line', () => {
    expect(firstLine(new Error('weights are missing\n  at …'))).toBe('weights are missing');
    expect(firstLine(new TypeError())).toBe('TypeError');
    expect(firstLine('thrown as text')).toBe('thrown as text');
    expect(firstLine(Object.create(null))).toBe('it threw something that cannot be printed');
  });

  test('shows a list of faults whole, and no page', () => {
    const faults = Array.from({ length: 12 }, (_, n) => `inputs.column_${n}: the model has none`);
    expect(firstLine(new Error(faults.join('; ')))).toBe(faults.join('; '));
    expect(firstLine(new Error('x'.repeat(5000)))).toBe(`${'x'.repeat(1000)}…`);
  });
});

test('a model that throws is named, one that refuses its input speaks for itself', () => {
  const refusal = Object.assign(new Error('expected English words'), { code: 'INVALID_INPUT' });
  const told = [new Error('no weights'), refusal].map((cause) => modelError('wine', cause));
  expect(told.map(({ code, message }) => [code, message])).toEqual([
    ['MODEL_ERROR', 'model "wine" failed: no weights'],
    ['INVALID_INPUT', 'expected English words'],
  ]);
  const own = new RequestError('MODEL_NOT_FOUND', 'nowhere');
  expect(modelError('wine', own)).toBe(own);
});
