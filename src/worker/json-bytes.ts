/**
 * Large values as JSON in bytes. `JSON.stringify` of a large value makes a text of thousands of
 * pieces, which have to be joined before they can be bytes: that costs a quarter as much again.
 * In parts of a few kilobytes, each text is short-lived, and goes at once to where it stays.
 */

/** The number of values written at a time. */
const PART_VALUES = 512;
/**
 * Arrays deeper inside are written as a whole, in which `JSON.stringify` needs less of the stack than
 * parts do, and knows a circle when it meets one.
 */
const DEEPEST = 32;
/** What a value takes as a guess, with its comma: of a number that fills its 17 digits. */
const VALUE_BYTES = 24;
/** No UTF-16 unit takes more bytes in UTF-8. */
const UTF8_BYTES_PER_UNIT = 3;

/**
 * The bytes of `start`, the value, and `end`. What JSON leaves out, such as undefined, is null, as
 * it is within an array.
 *
 * @param values how many there are in it, about
 * @throws TypeError as `JSON.stringify`
 */
export function jsonBytes(start: string, value: unknown, end: string, values: number): Buffer {
  const out = new JsonBytes(values * VALUE_BYTES);
  out.text(start);
  writeValue(out, value, 0);
  out.text(end);
  return out.bytes;
}

/** Counts the values in it, down to the depth of its deepest array or object, and up to `most`. */
function valuesIn(value: unknown, most: number): number {
  if (typeof value !== 'object' || value === null) return 1;
  const elements: readonly unknown[] = Array.isArray(value) ? value : Object.values(value);
  if (elements.length >= most) return most;
  let values = 1;
  for (let i = 0; i < elements.length && values < most; i += 1) {
    values += valuesIn(elements[i], most - values);
  }
  return values;
}

function writeValue(out: JsonBytes, value: unknown, depth: number): void {
  const isInParts =
    depth < DEEPEST && isPlainArray(value) && valuesIn(value, PART_VALUES) >= PART_VALUES;
  if (isInParts) writeArray(out, value, depth);
  else out.text(JSON.stringify(value) ?? 'null');
}

/** One that says itself what it is in JSON is asked. */
function isPlainArray(value: unknown): value is readonly unknown[] {
  if (!Array.isArray(value) || 'toJSON' in value) return false;
  return Object.getPrototypeOf(value) === Array.prototype;
}

function writeArray(out: JsonBytes, array: readonly unknown[], depth: number): void {
  const { length } = array;
  let from = 0;
  let values = 0;
  for (let i = 0; i < length; i += 1) {
    const element = array[i];
    const isAsked = saysItself(element);
    const more = isAsked ? 1 : valuesIn(element, PART_VALUES);
    if (isAsked || more >= PART_VALUES) {
      writePart(out, array, from, i);
      out.text(i === 0 ? '[' : ',');
      if (isAsked) out.text(textOfElement(element, i));
      else writeValue(out, element, depth + 1);
      from = i + 1;
      values = 0;
    } else {
      values += more;
      if (values < PART_VALUES) continue;
      writePart(out, array, from, i + 1);
      from = i + 1;
      values = 0;
    }
  }
  writePart(out, array, from, length);
  out.text(']');
}

/**
 * `toJSON` is told under which key its value lies, and may answer by it, so such a value cannot be
 * moved to another index. The `toJSON` of dates does not care.
 */
function saysItself(element: unknown): boolean {
  if (typeof element === 'number' || typeof element === 'string') return false;
  if (typeof element === 'bigint') return 'toJSON' in BigInt.prototype;
  if (typeof element === 'function') return 'toJSON' in element;
  if (typeof element !== 'object' || element === null) return false;
  if (!('toJSON' in element)) return false;
  return !(element instanceof Date) || element.toJSON !== Date.prototype.toJSON;
}

function textOfElement(element: unknown, index: number): string {
  const inObject = JSON.stringify({ [index]: element });
  return inObject === '{}' ? 'null' : inObject.slice(`{"${index}":`.length, -1);
}

/** Elements of an array with what stands before them: its bracket, or a comma. */
function writePart(out: JsonBytes, array: readonly unknown[], from: number, to: number): void {
  if (from === to) return;
  const part = array.slice(from, to);
  part.length = to - from; // who was asked may have shortened the array
  out.inner(JSON.stringify(part), from === 0 ? '[' : ',');
}

class JsonBytes {
  #buffer: Buffer;
  #end = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafeSlow(bytes);
  }

  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#end);
  }

  text(text: string): void {
    this.#makeRoom(text.length * UTF8_BYTES_PER_UNIT);
    this.#end += this.#buffer.write(text, this.#end);
  }

  /** The text of an array without its brackets, and a letter before it. */
  inner(text: string, before: string): void {
    const at = this.#end;
    this.text(text);
    this.#buffer[at] = before.charCodeAt(0);
    this.#end -= 1;
  }

  #makeRoom(bytes: number): void {
    if (this.#buffer.length - this.#end >= bytes) return;
    const larger = Buffer.allocUnsafeSlow(2 * this.#buffer.length + bytes);
    this.#buffer.copy(larger, 0, 0, this.#end);
    this.#buffer = larger;
  }
}
