/**
 * How much one request may ask for, whatever its protocol. How deep and how wide JSON may be
 * nested is bounded where it is parsed (json-body.ts), and bytes by `--max-body`.
 */
import type { RequestError } from '../../errors.js';
import { invalid } from '../invalid-input.js';

/** One more is a body to be sent in parts: no model computes that in one run. */
export const MOST_ROWS = 1_000_000;
/**
 * Values of one tensor, and the product of its sizes where one of them is 0: a gibibyte of
 * float32, which is as much as the link to the master carries.
 */
const MOST_VALUES = 2 ** 28;

/** @throws RequestError INVALID_INPUT; `at` is the place it begins with */
export function checkRows(at: string, rows: number): void {
  if (rows <= MOST_ROWS) return;
  throw tooMany(`${at}: expected at most ${MOST_ROWS} rows, got ${rows}`);
}

/**
 * How many values a tensor of this shape has.
 *
 * @param shape safe integers from 0 on
 * @throws RequestError INVALID_INPUT; `at` is the place it begins with
 */
export function checkedLength(at: string, shape: readonly number[]): number {
  let length = 1;
  let extent = 1;
  for (const size of shape) {
    length *= size;
    extent *= Math.max(size, 1);
  }
  if (extent <= MOST_VALUES) return length;
  throw tooMany(
    `${at}: expected at most ${MOST_VALUES} values, got the shape [${shape.join(', ')}]`,
  );
}

function tooMany(problem: string): RequestError {
  return invalid(`${problem}: send them in parts`);
}
