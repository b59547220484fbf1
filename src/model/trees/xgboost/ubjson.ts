/**
 * UBJSON (draft 12), as far as XGBoost writes it: big-endian numbers, strings, objects, lists, and
 * arrays of one type of number with their length in front. Every size is checked against the
 * bytes that are there before memory is taken for it.
 */

/** Objects have no prototype: any key is a key. */
type UbjsonObject = { [key: string]: unknown };

type NumberType = {
  readonly bytes: number;
  /** Memory for so many; 64-bit integers come as doubles: what XGBoost stores in them is small. */
  make(length: number): { [index: number]: number; readonly length: number };
  read(view: DataView, at: number): number;
};

const NUMBERS: Readonly<Record<string, NumberType>> = {
  i: { bytes: 1, make: (n) => new Int8Array(n), read: (view, at) => view.getInt8(at) },
  U: { bytes: 1, make: (n) => new Uint8Array(n), read: (view, at) => view.getUint8(at) },
  I: { bytes: 2, make: (n) => new Int16Array(n), read: (view, at) => view.getInt16(at) },
  l: { bytes: 4, make: (n) => new Int32Array(n), read: (view, at) => view.getInt32(at) },
  L: { bytes: 8, make: (n) => new Float64Array(n), read: (v, at) => Number(v.getBigInt64(at)) },
  d: { bytes: 4, make: (n) => new Float32Array(n), read: (view, at) => view.getFloat32(at) },
  D: { bytes: 8, make: (n) => new Float64Array(n), read: (view, at) => view.getFloat64(at) },
};
const CONSTANTS: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['Z', null],
  ['T', true],
  ['F', false],
]);

/** XGBoost nests eight deep. */
const DEEPEST = 64;

/** @throws Error saying at which byte what was expected and what is there */
export function readUbjson(bytes: Uint8Array): unknown {
  return new UbjsonReader(bytes).readAll();
}

class UbjsonReader {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  readAll(): unknown {
    const value = this.#value(this.#marker(), 0);
    if (this.#at === this.#bytes.length) return value;
    throw this.#fault(this.#at, `expected the end, got ${this.#bytes.length - this.#at} bytes`);
  }

  #value(marker: string, depth: number): unknown {
    const constant = CONSTANTS.get(marker);
    if (constant !== undefined) return constant;
    if (marker in NUMBERS) return this.#number(marker);
    if (marker === 'S') return this.#text();
    if (depth > DEEPEST) throw this.#fault(this.#at, `nested more than ${DEEPEST} deep`);
    if (marker === '{') return this.#object(depth);
    if (marker === '[') return this.#list(depth);
    throw this.#fault(this.#at - 1, `expected a value, got ${shown(marker)}`);
  }

  #object(depth: number): UbjsonObject {
    const object: UbjsonObject = Object.create(null);
    while (!this.#has('}')) {
      const key = this.#text();
      object[key] = this.#value(this.#marker(), depth + 1);
    }
    return object;
  }

  #list(depth: number): unknown {
    if (this.#has('$')) return this.#numbers();
    const values: unknown[] = [];
    if (this.#has('#')) {
      // A value has at least one byte.
      const length = this.#length(1);
      for (let i = 0; i < length; i++) values.push(this.#value(this.#marker(), depth + 1));
    } else {
      while (!this.#has(']')) values.push(this.#value(this.#marker(), depth + 1));
    }
    return values;
  }

  #numbers(): ArrayLike<number> {
    const marker = this.#marker();
    const type = marker in NUMBERS ? NUMBERS[marker] : undefined;
    if (type === undefined) {
      throw this.#fault(this.#at - 1, `expected a type of numbers, got ${shown(marker)}`);
    }
    if (!this.#has('#')) throw this.#fault(this.#at, 'expected "#", the length of an array');
    const values = type.make(this.#length(type.bytes));
    for (let i = 0; i < values.length; i++) {
      values[i] = type.read(this.#view, this.#at);
      this.#at += type.bytes;
    }
    return values;
  }

  #number(marker: string): number {
    const type = NUMBERS[marker] as NumberType;
    const at = this.#take(type.bytes);
    return type.read(this.#view, at);
  }

  #text(): string {
    const length = this.#length(1);
    const at = this.#take(length);
    return this.#bytes.toString('utf8', at, at + length);
  }

  /** How many items follow, of at least `itemBytes` each. */
  #length(itemBytes: number): number {
    const start = this.#at;
    const marker = this.#marker();
    if (!'iUIlL'.includes(marker)) {
      throw this.#fault(start, `expected a length, got ${shown(marker)}`);
    }
    const length = this.#number(marker);
    if (length < 0) throw this.#fault(start, `expected a length from 0 on, got ${length}`);
    if (length > (this.#bytes.length - this.#at) / itemBytes) {
      throw this.#fault(start, `${length} items do not fit into what is left: is it cut short?`);
    }
    return length;
  }

  /** The next marker; those that mean nothing are skipped. */
  #marker(): string {
    let marker = 'N';
    while (marker === 'N') marker = String.fromCharCode(this.#view.getUint8(this.#take(1)));
    return marker;
  }

  #has(marker: string): boolean {
    const at = this.#take(1);
    if (this.#bytes[at] === marker.charCodeAt(0)) return true;
    this.#at = at;
    return false;
  }

  /** Where the next `count` bytes are. */
  #take(count: number): number {
    const at = this.#at;
    if (at + count > this.#bytes.length) {
      throw this.#fault(this.#bytes.length, 'it ends in the middle: is it cut short?');
    }
    this.#at = at + count;
    return at;
  }

  #fault(at: number, problem: string): Error {
    return new Error(`not valid UBJSON at byte ${at}: ${problem}`);
  }
}

/** A marker in quotes, or as a number where it is no letter or sign. */
function shown(marker: string): string {
  const code = marker.charCodeAt(0);
  return code > 0x20 && code < 0x7f ? JSON.stringify(marker) : `0x${code.toString(16)}`;
}
