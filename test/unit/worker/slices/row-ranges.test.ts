import { expect, it } from 'vitest';
import { RowsLeft } from '../../../../src/worker/slices/row-ranges.js';

it('gives out all rows in order', () => {
  const left = new RowsLeft(0, 5);
  expect(left.take(2)).toEqual({ from: 0, rows: 2 });
  expect(left.count).toBe(3);
  expect(left.take(10)).toEqual({ from: 2, rows: 3 });
  expect(left.take(1)).toBeUndefined();
});

it('gives what came back first, in parts where it is too much', () => {
  const left = new RowsLeft(0, 10);
  const lent = left.take(4);
  if (lent !== undefined) left.putBack(lent);
  expect(left.count).toBe(10);
  expect(left.take(3)).toEqual({ from: 0, rows: 3 });
  expect(left.take(3)).toEqual({ from: 3, rows: 1 });
  expect(left.take(3)).toEqual({ from: 4, rows: 3 });
});
