/**
 * Protocol buffers as they lie in bytes: fields, each with a number and a content. Enough to find
 * one's way in an ONNX file, and to write single fields, without a copy of all its weights.
 */
import type { ByteSource } from './byte-source.js';

export type Range = {
  readonly start: number;
  readonly end: number;
};

/** `bytes`: texts, messages and packed numbers. */
export type WireType = 'varint' | 'fixed64' | 'bytes' | 'fixed32';

export type Field = {
  readonly number: number;
  readonly type: WireType;
  /** Where its tag begins. */
  readonly start: number;
  /** Where its content begins, behind tag and length. */
  readonly content: number;
  readonly end: number;
};

/** The bytes are no protocol buffer, or not all of one. */
export class WireError extends Error {
  override readonly name = 'WireError';
}

/** 7 bits each: as many as 64 bits need. */
const LONGEST_VARINT = 10;
const LARGEST_NUMBER = 2 ** 29 - 1;
const TYPES: readonly (WireType | undefined)[] = [
  'varint',
  'fixed64',
  'bytes',
  undefined,
  undefined,
  'fixed32',
];

/**
 * The fields of a message, in the order of the file.
 *
 * @throws WireError where there is none, or one reaches beyond the end of its message
 */
export function* fieldsOf(source: ByteSource, { start, end }: Range): Generator<Field> {
  let at = start;
  while (at < end) {
    const field = fieldAt(source, at, end);
    yield field;
    at = field.end;
  }
}

export function wholeOf(source: ByteSource): Range {
  return { start: 0, end: source.length };
}

export function contentOf({ content, end }: Field): Range {
  return { start: content, end };
}

function fieldAt(source: ByteSource, start: number, limit: number): Field {
  const tag = varintAt(source, start, limit);
  const number = Math.floor(tag.value / 8);
  const type = TYPES[tag.value % 8];
  if (type === undefined || number < 1 || number > LARGEST_NUMBER) {
    throw new WireError(`there is no field at byte ${start}`);
  }
  const { content, end } = extentOf(source, type, tag.end, limit);
  if (end <= limit) return { number, type, start, content, end };
  throw new WireError(`field ${number} at byte ${start} ends ${end - limit} bytes too late`);
}

function extentOf(
  source: ByteSource,
  type: WireType,
  at: number,
  limit: number,
): { content: number; end: number } {
  if (type === 'fixed64') return { content: at, end: at + 8 };
  if (type === 'fixed32') return { content: at, end: at + 4 };
  const { value, end } = varintAt(source, at, limit);
  return type === 'varint' ? { content: at, end } : { content: end, end: end + value };
}

/** As a double: exact where a length can be true, and too large where it cannot. */
function varintAt(
  source: ByteSource,
  start: number,
  limit: number,
): { value: number; end: number } {
  const bytes = source.slice(start, Math.min(start + LONGEST_VARINT, limit));
  let value = 0;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return { value, end: start + i + 1 };
  }
  throw new WireError(`the number at byte ${start} does not end`);
}

/** The signed number of a varint field; 0 of any other, which readers of its message pass over. */
export function integerOf(source: ByteSource, { type, content, end }: Field): bigint {
  return type === 'varint' ? signedOf(source.slice(content, end)) : 0n;
}

function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) {
    value = (value << 7n) | BigInt((bytes[i] ?? 0) & 0x7f);
  }
  return BigInt.asIntN(64, value);
}

export function textOf(source: ByteSource, { content, end }: Field): string {
  return source.slice(content, end).toString('utf8');
}

/** The numbers in one field of a repeated one: a single one, or several in one field. */
export function integersOf(source: ByteSource, field: Field): bigint[] {
  if (field.type === 'varint') return [integerOf(source, field)];
  if (field.type !== 'bytes') return [];
  const packed = source.slice(field.content, field.end);
  const values: bigint[] = [];
  let start = 0;
  for (let i = 0; i < packed.length; i++) {
    if ((packed[i] ?? 0) >= 0x80) continue;
    values.push(signedOf(packed.subarray(start, i + 1)));
    start = i + 1;
  }
  return values;
}

/** A field with a content of bytes: a text, or a message of other fields. */
export function bytesField(number: number, ...contents: readonly (string | Uint8Array)[]): Buffer {
  const content = Buffer.concat(contents.map((part) => Buffer.from(part as string)));
  return Buffer.concat([varint(number * 8 + 2), varint(content.length), content]);
}

export function integerField(number: number, value: number): Buffer {
  return Buffer.concat([varint(number * 8), varint(value)]);
}

/** The head of a bytes field whose content follows elsewhere. */
export function bytesHead(number: number, length: number): Buffer {
  return Buffer.concat([varint(number * 8 + 2), varint(length)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}
