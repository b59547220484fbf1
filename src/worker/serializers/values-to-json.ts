/** The innermost loops of writing a tensor: some of its values as JSON, with commas between. */
import { bfloat16Value, float16Value } from '../../model/tensor/half-float.js';
import type { Dtype, TensorData } from '../../model/tensor/tensor.js';
import { areFloats, floatsToJson, LEAST_VALUES } from './number-blocks.js';

/**
 * How NaN and the infinities are written, which JSON has no numbers for: all as `null`, or as the
 * strings "NaN", "Infinity" and "-Infinity", which a request may hold as well.
 */
export type NonFinite = 'null' | 'name';

/** Of the values from `from` on, and before `to`. */
export type ValuesToJson = (data: TensorData, from: number, to: number) => string;

/** Chosen once for an output, so that no value asks what it is. */
export function valuesToJson(dtype: Dtype, nonFinite: NonFinite): ValuesToJson {
  switch (dtype) {
    case 'string':
      return joining(JSON.stringify);
    case 'bool':
      return joining(booleanToJson);
    case 'int64':
    case 'uint64':
      return joining(wholeToJson);
    case 'float16':
      return joining((bits) => numberToJson(float16Value(Number(bits)), nonFinite));
    case 'bfloat16':
      return joining((bits) => numberToJson(bfloat16Value(Number(bits)), nonFinite));
    default:
      return (data, from, to) => numbersToJson(data as Numbers, from, to, nonFinite);
  }
}

/** Without non-ASCII characters, whatever the values are. */
export function isAsciiDtype(dtype: Dtype): boolean {
  return dtype !== 'string';
}

type Numbers = Exclude<TensorData, string[]>;

function numbersToJson(data: Numbers, from: number, to: number, nonFinite: NonFinite): string {
  if (to - from >= LEAST_VALUES && areFloats(data)) {
    const text = floatsToJson(data, from, to, nonFinite);
    if (text !== undefined) return text;
  }
  let text = '';
  for (let i = from; i < to; i++) {
    const value = Number(data[i]);
    if (i > from) text += ',';
    // Infinities and NaN subtracted from themselves are no 0: one test tells them apart.
    text += value - value === 0 ? value : numberToJson(value, nonFinite);
  }
  return text;
}

function numberToJson(value: number, nonFinite: NonFinite): string {
  if (Number.isFinite(value)) return String(value);
  return nonFinite === 'null' ? 'null' : `"${value}"`;
}

/** A number is told faster than a bigint, and the same where it holds it exactly. */
function wholeToJson(value: unknown): string {
  const near = Number(value);
  return Number.isSafeInteger(near) ? String(near) : String(value);
}

function booleanToJson(value: unknown): string {
  return value === 0 ? 'false' : 'true';
}

function joining(format: (value: unknown) => string): ValuesToJson {
  return (data, from, to) => {
    // Most of them are one: the label of a row.
    if (to - from === 1) return format(data[from]);
    let text = '';
    for (let i = from; i < to; i++) {
      if (i > from) text += ',';
      text += format(data[i]);
    }
    return text;
  };
}
