import { expect, test } from 'vitest';
import { readTensor } from '../../../../src/model/onnx/tensor-proto.js';
import { bytesField, integerField, wholeOf } from '../../../../src/model/onnx/wire.js';
import { memorySource } from './memory-source.js';

function read(elementType: number, dims: readonly number[], ...values: readonly Buffer[]): unknown {
  const bytes = Buffer.concat([
    ...dims.map((size) => integerField(1, size)),
    integerField(2, elementType),
    ...values,
  ]);
  const source = memorySource(bytes);
  return readTensor(source, wholeOf(source), 10);
}

function raw(data: ArrayBufferView): Buffer {
  return bytesField(9, Buffer.from(data.buffer, data.byteOffset, data.byteLength));
}

const floats = Buffer.from(Float32Array.of(1.5, -2).buffer);

test.each([
  ['raw floats', 1, [2], [raw(Float32Array.of(1.5, -2))], Float32Array.of(1.5, -2)],
  ['packed floats', 1, [2], [bytesField(4, floats)], Float32Array.of(1.5, -2)],
  ['single floats', 1, [2], [fixed32(4, 1.5), fixed32(4, -2)], Float32Array.of(1.5, -2)],
  [
    'doubles',
    11,
    [1],
    [bytesField(10, Buffer.from(Float64Array.of(0.1).buffer))],
    Float64Array.of(0.1),
  ],
  ['small integers', 3, [2], [bytesField(5, Buffer.of(1, 127))], Int8Array.of(1, 127)],
  ['single integers', 6, [2], [integerField(5, 7), integerField(5, 8)], Int32Array.of(7, 8)],
  ['wide integers', 7, [1], [integerField(7, 2 ** 40)], BigInt64Array.of(2n ** 40n)],
  [
    'unsigned integers',
    13,
    [1],
    [raw(BigUint64Array.of(2n ** 64n - 1n))],
    BigUint64Array.of(2n ** 64n - 1n),
  ],
  ['booleans', 9, [2], [integerField(5, 1), integerField(5, 0)], Uint8Array.of(1, 0)],
  ['texts', 8, [2], [bytesField(6, 'a'), bytesField(6, 'é')], ['a', 'é']],
  ['half floats', 10, [1], [integerField(5, 0x3c00)], Uint16Array.of(0x3c00)],
  ['a scalar', 1, [], [fixed32(4, 3)], Float32Array.of(3)],
  ['nothing', 1, [0], [], new Float32Array()],
])('%s', (_name, elementType, dims, values, data) => {
  expect(read(elementType, dims, ...values)).toMatchObject({ shape: dims, data });
});

test.each([
  ['too many values', 1, [11], [raw(new Float32Array(11))]],
  ['fewer than the shape says', 1, [3], [raw(Float32Array.of(1, 2))]],
  ['more than the shape says', 1, [1], [fixed32(4, 1), fixed32(4, 2)]],
  ['values elsewhere', 1, [1], [integerField(14, 1)]],
  ['a type we have no dtype for', 14, [1], []],
  ['a shape beyond all memory', 1, [2 ** 40, 2 ** 40], []],
])('%s', (_name, elementType, dims, values) => {
  expect(read(elementType, dims, ...values)).toBeUndefined();
});

function fixed32(number: number, value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes[0] = number * 8 + 5;
  bytes.writeFloatLE(value, 1);
  return bytes;
}
