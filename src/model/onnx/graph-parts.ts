/** Parts of a graph as bytes, to be put into an ONNX file. */
import type { Dimension } from './value-type.js';
import { bytesField, integerField } from './wire.js';

const INTEGER_ATTRIBUTE = 2;

export function identityNode(input: string, output: string): Buffer {
  return bytesField(1, bytesField(1, input), bytesField(2, output), bytesField(4, 'Identity'));
}

export function castNode(input: string, output: string, elementType: number): Buffer {
  const to = bytesField(
    5,
    bytesField(1, 'to'),
    integerField(3, elementType),
    integerField(20, INTEGER_ATTRIBUTE),
  );
  return bytesField(1, bytesField(1, input), bytesField(2, output), bytesField(4, 'Cast'), to);
}

/**
 * A graph's input (field number 11) or output (12).
 *
 * @param shape absent: any
 */
export function valueInfo(
  fieldNumber: 11 | 12,
  name: string,
  elementType: number,
  shape?: readonly Dimension[],
): Buffer {
  const dimensions =
    shape === undefined
      ? []
      : [bytesField(2, ...shape.map((size) => bytesField(1, dimension(size))))];
  const tensorType = bytesField(1, integerField(1, elementType), ...dimensions);
  return bytesField(fieldNumber, bytesField(1, name), bytesField(2, tensorType));
}

function dimension(size: Dimension): Buffer {
  if (size === undefined) return Buffer.alloc(0);
  return typeof size === 'number' ? integerField(1, size) : bytesField(2, size);
}
