/**
 * Tensors as bytes: little-endian, row by row, without padding. A string is its length in four
 * bytes and then its UTF-8.
 */
import { isUtf8 } from 'node:buffer';
import { V2_DATATYPES } from '../../../model/paths/v2-datatype.js';
import { bytesPerValue, valuesIn } from '../../../model/tensor/dtype.js';
import type { Tensor, TensorData } from '../../../model/tensor/tensor.js';
import { invalid } from '../../invalid-input.js';

/** Before each string. */
const LENGTH_BYTES = 4;

/**
 * @param bytes all of this tensor and nothing else
 * @param length the number of values its shape has
 * @param at names the input, to begin a message
 * @throws RequestError INVALID_INPUT
 */
export function tensorFromBytes(
  bytes: Buffer,
  { dtype, shape }: Omit<Tensor, 'data'>,
  length: number,
  at: string,
): Tensor {
  if (dtype === 'string') return { dtype, shape, data: stringsIn(bytes, length, at) };
  const expected = length * bytesPerValue(dtype);
  if (bytes.length !== expected) {
    const kind = `${V2_DATATYPES[dtype]} in shape [${shape.join(', ')}]`;
    throw invalid(`${at}: expected ${expected} bytes of ${kind}, got ${bytes.length}`);
  }
  if (dtype === 'bool') checkBooleans(bytes, at);
  return { dtype, shape, data: valuesIn(dtype, bytes as Uint8Array<ArrayBuffer>) };
}

/** The text in bytes that a client calls a string. */
export function textIn(bytes: Buffer, at: string): string {
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw invalid(`${at}: expected UTF-8, got other bytes`);
}

/** The bytes of a tensor: those of its own memory where it has numbers. */
export function tensorToBytes({ data }: Tensor): Uint8Array {
  if (Array.isArray(data)) return stringsToBytes(data);
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function stringsIn(bytes: Buffer, length: number, at: string): TensorData {
  // Before anything is allocated: even empty strings have a length.
  if (length > bytes.length / LENGTH_BYTES) {
    throw invalid(
      `${at}: expected ${length} strings, each behind ${LENGTH_BYTES} bytes of length, got ${bytes.length} bytes`,
    );
  }
  const strings = new Array<string>(length);
  let offset = 0;
  for (let i = 0; i < length; i++) {
    const start = offset + LENGTH_BYTES;
    const stringBytes = start <= bytes.length ? bytes.readUInt32LE(offset) : 0;
    offset = start + stringBytes;
    if (offset > bytes.length) {
      throw invalid(
        `${at}: element ${i} ends ${offset - bytes.length} bytes behind the tensor's ${bytes.length}`,
      );
    }
    strings[i] = textIn(bytes.subarray(start, offset), `${at}: element ${i}`);
  }
  if (offset === bytes.length) return strings;
  throw invalid(`${at}: ${bytes.length - offset} bytes are left behind its ${length} strings`);
}

function checkBooleans(bytes: Buffer, at: string): void {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte > 1) throw invalid(`${at}: element ${i}: expected a byte of 0 or 1, got ${byte}`);
  }
}

function stringsToBytes(strings: readonly string[]): Buffer {
  let total = 0;
  for (const text of strings) total += LENGTH_BYTES + Buffer.byteLength(text);
  const bytes = Buffer.allocUnsafe(total);
  let offset = 0;
  for (const text of strings) {
    const written = bytes.write(text, offset + LENGTH_BYTES);
    bytes.writeUInt32LE(written, offset);
    offset += LENGTH_BYTES + written;
  }
  return bytes;
}
