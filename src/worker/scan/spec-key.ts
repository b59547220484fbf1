import type { TensorSpec } from '../../model/tensor/signature.js';
import { COLON } from '../punctuation.js';
import { GAVE_UP, past, pastSign } from './number-scan.js';

const keys = new WeakMap<TensorSpec, Buffer>();

/** An input's name as most write it in JSON, quotes included. */
export function keyOf(spec: TensorSpec): Buffer {
  let key = keys.get(spec);
  if (key === undefined) {
    key = Buffer.from(JSON.stringify(spec.name));
    keys.set(spec, key);
  }
  return key;
}

/** Behind the colon of a member that is called so; or `GAVE_UP`. */
export function pastKey(bytes: Uint8Array, at: number, key: Uint8Array): number {
  return pastSign(bytes, past(bytes, at, key), COLON);
}

/** The one of them that a member's key names; none, or one it may be in another spelling: undefined. */
export function specAt(
  bytes: Uint8Array,
  at: number,
  specs: readonly TensorSpec[],
): TensorSpec | undefined {
  return specs.find((spec) => past(bytes, at, keyOf(spec)) !== GAVE_UP);
}
