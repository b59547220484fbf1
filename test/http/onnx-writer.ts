/** Writes small ONNX files, so that tests need no Python: the few fields of the format they use. */
import { writeFileSync } from 'node:fs';

/** Element types by their number in the format. */
export const ELEMENT_TYPES = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  bfloat16: 16,
} as const;

export type ElementType = keyof typeof ELEMENT_TYPES;

/** A name or −1 is a free dimension; no shape at all means any. */
export type ValueInfo = {
  readonly name: string;
  readonly type: ElementType;
  readonly shape?: readonly (number | string)[];
  readonly isSequence?: boolean;
};

export type Node = {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
};

export type Graph = {
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
};

export function writeOnnx(file: string, { nodes, inputs, outputs }: Graph): void {
  const graph = Buffer.concat([
    ...nodes.map((node) => field(1, encodeNode(node))),
    text(2, 'graph'),
    ...inputs.map((input) => field(11, encodeValue(input))),
    ...outputs.map((output) => field(12, encodeValue(output))),
  ]);
  const opset = Buffer.concat([text(1, ''), number(2, 13)]);
  writeFileSync(file, Buffer.concat([number(1, 8), field(7, graph), field(8, opset)]));
}

/** A model that answers every input `x` with itself, as output `y`. */
export function writeIdentity(file: string, value: Omit<ValueInfo, 'name'>): void {
  writeOnnx(file, {
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ ...value, name: 'x' }],
    outputs: [{ ...value, name: 'y' }],
  });
}

function encodeNode({ op, inputs, outputs }: Node): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
  ]);
}

function encodeValue({ name, type, shape, isSequence }: ValueInfo): Buffer {
  const dimensions = shape?.map((size) => {
    if (typeof size === 'string') return field(1, text(2, size));
    return field(1, size < 0 ? Buffer.alloc(0) : number(1, size));
  });
  const tensor = Buffer.concat([
    number(1, ELEMENT_TYPES[type]),
    ...(dimensions === undefined ? [] : [field(2, Buffer.concat(dimensions))]),
  ]);
  const tensorType = field(1, tensor);
  const valueType = isSequence ? field(4, field(1, tensorType)) : tensorType;
  return Buffer.concat([text(1, name), field(2, valueType)]);
}

function field(tag: number, content: Buffer): Buffer {
  return Buffer.concat([varint(tag * 8 + 2), varint(content.length), content]);
}

function text(tag: number, content: string): Buffer {
  return field(tag, Buffer.from(content));
}

function number(tag: number, value: number): Buffer {
  return Buffer.concat([varint(tag * 8), varint(value)]);
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  bytes.push(rest);
  return Buffer.from(bytes);
}
