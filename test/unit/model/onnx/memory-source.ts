import type { ByteSource } from '../../../../src/model/onnx/byte-source.js';

/** Bytes that are not in a file. */
export function memorySource(bytes: Uint8Array): ByteSource {
  const { buffer, byteOffset, length } = bytes;
  const whole = Buffer.from(buffer as ArrayBuffer, byteOffset, length);
  return {
    length,
    slice: (start, end) => whole.subarray(start, end),
    copy: (start, target) => target.set(whole.subarray(start, start + target.length)),
  };
}
