/** Bodies at random, the same each time and on every machine. */
import type { Tensors } from '../../../../src/model/tensor/tensor.js';

function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(7);
/** A whole number below it. */
export const below = (limit: number): number => Math.floor(random() * limit);

function digits(count: number): string {
  return Array.from({ length: count }, () => below(10)).join('');
}

/** A number in one of the ways in which numbers are written. */
export function numberText(): string {
  const size = (random() - 0.5) * 10 ** below(12);
  switch (below(12)) {
    case 0:
      return String(below(17));
    case 1:
      return below(17).toFixed(1);
    case 2:
      return String(random());
    case 3:
      return String(Math.fround(size));
    case 4:
      return String(size);
    case 5:
      return `-${below(1000)}.${digits(1 + below(30))}`;
    case 6:
      return size.toExponential(below(20));
    case 7:
      return `${below(10)}.${digits(1 + below(20))}${random() < 0.5 ? 'e' : 'E'}${['', '+', '-'][below(3)]}${below(30)}`;
    case 8:
      return `${1 + below(9)}${digits(below(24))}`;
    case 9:
      return `0.${'0'.repeat(below(25))}${digits(1 + below(5))}`;
    case 10:
      // Half-way between two floats, and a little beside it.
      return `${1 + (2 * below(2 ** 22) + 1) * 2 ** -24}${['', '00000001', '1'][below(3)]}`;
    default:
      return ['0', '-0', '0.0', '-0.0', '0e5', '1e22', '1e-22', '1e23', '1e-23', '5e-324'][
        below(10)
      ] as string;
  }
}

const ALPHABET = '{}[],:." -+eE0123456789nul\t\n\\\u00e9"abx';

/** A body with up to three mutations, of which a few are copies of one of its own pieces. */
export function changed(body: string): string {
  let text = body;
  for (let change = 0; change <= below(3); change++) {
    const at = below(text.length);
    const piece = below(6) === 0 ? text.slice(below(text.length)).slice(0, below(20)) : undefined;
    const put = piece ?? ALPHABET[below(ALPHABET.length)] ?? '';
    text = text.slice(0, at) + put + text.slice(at + below(3));
  }
  return text;
}

/** Numbers as their bits: NaN is NaN, and −0 is not 0. */
export function bitsOf(tensors: Tensors): unknown {
  return Object.entries(tensors).map(([name, { dtype, shape, data }]) => {
    if (Array.isArray(data)) return { name, dtype, shape, data };
    const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
    return { name, dtype, shape, kind: data.constructor.name, bytes: bytes.toString('hex') };
  });
}
