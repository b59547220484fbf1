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
  /** What is wrapped around the tensor; a map is a sequence of maps from int64, as a ZipMap gives. */
  readonly wrapping?: 'sequence' | 'map' | 'optional';
};

/** Whole numbers are integers, unless they are `floats`. */
export type AttributeValue =
  | number
  | string
  | readonly number[]
  | readonly string[]
  | { readonly floats: readonly number[] }
  | { readonly tensor: Weights };

export type Node = {
  readonly op: string;
  readonly domain?: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
};

export type Weights = {
  readonly name: string;
  readonly type: ElementType;
  readonly dims: readonly number[];
  /** Raw bytes, or where in another file they are. */
  readonly data: ArrayBufferView | Readonly<Record<string, string>>;
};

export type Graph = {
  readonly nodes: readonly Node[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
  readonly initializers?: readonly Weights[];
  readonly irVersion?: number;
  readonly opset?: number;
};

export function writeOnnx(file: string, graph: Graph): void {
  writeFileSync(file, encodeOnnx(graph));
}

export function encodeOnnx(content: Graph): Buffer {
  const { nodes, inputs, outputs, initializers = [], irVersion = 8, opset = 13 } = content;
  const graph = Buffer.concat([
    ...nodes.map((node) => field(1, encodeNode(node))),
    text(2, 'graph'),
    ...initializers.map((weights) => field(5, encodeWeights(weights))),
    ...inputs.map((input) => field(11, encodeValue(input))),
    ...outputs.map((output) => field(12, encodeValue(output))),
  ]);
  const domains = new Set(nodes.map(({ domain = '' }) => domain));
  const opsets = [...domains].map((domain) =>
    field(8, Buffer.concat([text(1, domain), number(2, domain === '' ? opset : 1)])),
  );
  return Buffer.concat([number(1, irVersion), field(7, graph), ...opsets]);
}

/** A model that answers every input `x` with itself, as output `y`. */
export function writeIdentity(file: string, value: Omit<ValueInfo, 'name'>): void {
  writeOnnx(file, {
    nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
    inputs: [{ ...value, name: 'x' }],
    outputs: [{ ...value, name: 'y' }],
  });
}

function encodeNode({ op, domain, inputs, outputs, attributes = {} }: Node): Buffer {
  return Buffer.concat([
    ...inputs.map((name) => text(1, name)),
    ...outputs.map((name) => text(2, name)),
    text(4, op),
    ...Object.entries(attributes).map(([name, value]) => field(5, encodeAttribute(name, value))),
    ...(domain === undefined ? [] : [text(7, domain)]),
  ]);
}

function encodeAttribute(name: string, value: AttributeValue): Buffer {
  const [type, ...content] = attributeContent(value);
  return Buffer.concat([text(1, name), ...content, number(20, type)]);
}

/** The number of its type, and its fields. */
function attributeContent(value: AttributeValue): [number, ...Buffer[]] {
  if (typeof value === 'number') return [2, number(3, value)];
  if (typeof value === 'string') return [3, text(4, value)];
  if ('floats' in value) return [6, ...value.floats.map((each) => float(7, each))];
  if ('tensor' in value) return [4, field(5, encodeWeights(value.tensor))];
  if (typeof value[0] === 'string') return [8, ...value.map((each) => text(9, String(each)))];
  return [7, ...value.map((each) => number(8, Number(each)))];
}

function encodeWeights({ name, type, dims, data }: Weights): Buffer {
  const head = [
    ...dims.map((size) => number(1, size)),
    number(2, ELEMENT_TYPES[type]),
    text(8, name),
  ];
  if (ArrayBuffer.isView(data)) {
    const { buffer, byteOffset, byteLength } = data;
    return Buffer.concat([...head, field(9, Buffer.from(buffer, byteOffset, byteLength))]);
  }
  const entries = Object.entries(data).map(([key, value]) =>
    field(13, Buffer.concat([text(1, key), text(2, value)])),
  );
  return Buffer.concat([...head, ...entries, number(14, 1)]);
}

function encodeValue({ name, type, shape, wrapping }: ValueInfo): Buffer {
  const dimensions = shape?.map((size) => {
    if (typeof size === 'string') return field(1, text(2, size));
    return field(1, size < 0 ? Buffer.alloc(0) : number(1, size));
  });
  const tensor = Buffer.concat([
    number(1, ELEMENT_TYPES[type]),
    ...(dimensions === undefined ? [] : [field(2, Buffer.concat(dimensions))]),
  ]);
  return Buffer.concat([text(1, name), field(2, wrapped(field(1, tensor), wrapping))]);
}

function wrapped(tensorType: Buffer, wrapping: ValueInfo['wrapping']): Buffer {
  switch (wrapping) {
    case 'sequence':
      return field(4, field(1, tensorType));
    case 'optional':
      return field(9, field(1, tensorType));
    case 'map': {
      const map = Buffer.concat([number(1, ELEMENT_TYPES.int64), field(2, tensorType)]);
      return field(4, field(1, field(5, map)));
    }
    default:
      return tensorType;
  }
}

function float(tag: number, value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return Buffer.concat([varint(tag * 8 + 5), bytes]);
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

/** A negative number is written as if it had 64 bits and no sign. */
function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) + 128);
  bytes.push(Number(rest));
  return Buffer.from(bytes);
}
