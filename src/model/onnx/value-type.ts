/** Types of graph inputs and outputs, as an ONNX file declares them. */
import type { ByteSource } from './byte-source.js';
import { contentOf, fieldsOf, integerOf, type Range, textOf } from './wire.js';

/** A fixed size, the name of a free one, or a free one without a name. */
export type Dimension = number | string | undefined;

export type TensorType = {
  readonly kind: 'tensor';
  readonly elementType: number;
  /** Absent: any. */
  readonly shape?: readonly Dimension[];
};

export type ValueType =
  | TensorType
  | { readonly kind: 'sequence'; readonly of: ValueType }
  | { readonly kind: 'map' | 'optional' | 'sparse tensor' | 'opaque' | 'undeclared' };

/** A sequence of sequences is as deep as anybody goes; a hostile file would overflow the stack. */
const DEEPEST = 8;
const KINDS: Readonly<Record<number, 'map' | 'opaque' | 'sparse tensor' | 'optional'>> = {
  5: 'map',
  7: 'opaque',
  8: 'sparse tensor',
  9: 'optional',
};

/** @throws WireError */
export function readType(source: ByteSource, range: Range, depth = 0): ValueType {
  let type: ValueType = { kind: 'undeclared' };
  for (const field of fieldsOf(source, range)) {
    const kind = KINDS[field.number];
    if (field.number === 1) type = readTensorType(source, contentOf(field));
    else if (field.number === 4 && depth < DEEPEST) {
      type = { kind: 'sequence', of: readElementType(source, contentOf(field), depth + 1) };
    } else if (kind !== undefined) type = { kind };
  }
  return type;
}

function readElementType(source: ByteSource, range: Range, depth: number): ValueType {
  for (const field of fieldsOf(source, range)) {
    if (field.number === 1) return readType(source, contentOf(field), depth);
  }
  return { kind: 'undeclared' };
}

function readTensorType(source: ByteSource, range: Range): TensorType {
  let elementType = 0;
  let shape: Dimension[] | undefined;
  for (const field of fieldsOf(source, range)) {
    if (field.number === 1) elementType = Number(integerOf(source, field));
    else if (field.number === 2) shape = readShape(source, contentOf(field));
  }
  return { kind: 'tensor', elementType, ...(shape === undefined ? {} : { shape }) };
}

function readShape(source: ByteSource, range: Range): Dimension[] {
  const shape: Dimension[] = [];
  for (const field of fieldsOf(source, range)) {
    if (field.number === 1) shape.push(readDimension(source, contentOf(field)));
  }
  return shape;
}

/** Some exporters write −1, or 0 with a name beside it, for a free dimension. */
function readDimension(source: ByteSource, range: Range): Dimension {
  let size: number | undefined;
  let name = '';
  for (const field of fieldsOf(source, range)) {
    if (field.number === 1) size = Number(integerOf(source, field));
    else if (field.number === 2) name = textOf(source, field);
  }
  if (name !== '') return name;
  return size === undefined || size < 0 ? undefined : size;
}
