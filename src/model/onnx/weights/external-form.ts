/**
 * The external-data form of an ONNX file: its large weights lie one behind another in a file of
 * their own, where the runtime maps them, so that processes share what they read.
 */
import { lengthOf } from '../../tensor/tensor.js';
import type { ByteSource } from '../byte-source.js';
import type { Initializer, OnnxModel } from '../graph.js';
import type { GraphEdits } from '../graph-edits.js';
import { EXTERNAL } from '../tensor-proto.js';
import { bytesField, contentOf, type Field, fieldsOf, integerField, type Range } from '../wire.js';

/** What is smaller stays in the model: a page of its own would hardly be worth it. */
const LEAST_BYTES = 4096;
/** Weights begin where a page does: only whole pages are mapped. */
const PAGE_BYTES = 4096;

const FLOAT = 1;
const DOUBLE = 11;
const RAW_DATA = 9;
/** Bytes a value takes, by element type; those below a byte and texts are left where they are. */
const VALUE_BYTES: Readonly<Record<number, number>> = {
  [FLOAT]: 4,
  2: 1,
  3: 1,
  4: 2,
  5: 2,
  6: 4,
  7: 8,
  9: 1,
  10: 2,
  [DOUBLE]: 8,
  12: 4,
  13: 8,
  16: 2,
};
/** Fields in which values lie as they do in raw bytes: packed floats and doubles. */
const PACKED_FIELD: Readonly<Record<number, number>> = { [FLOAT]: 4, [DOUBLE]: 10 };

/** Weights of the model's own file that go elsewhere, and where there. */
export type MovedWeights = {
  readonly initializer: Initializer;
  /** The values in the model's file. */
  readonly values: Range;
  /** Their first byte in the file of weights. */
  readonly offset: number;
};

export type ExternalForm = {
  readonly moved: readonly MovedWeights[];
  /** Of the file of weights: pages. */
  readonly bytes: number;
  /** Of the weights alone. */
  readonly valueBytes: number;
};

/** The weights of the main graph that are worth moving, in the order of the file. */
export function externalForm({ source, graph }: OnnxModel): ExternalForm {
  const moved: MovedWeights[] = [];
  let bytes = 0;
  let valueBytes = 0;
  for (const initializer of graph.initializers.values()) {
    const values = valuesOf(source, initializer);
    if (values === undefined) continue;
    moved.push({ initializer, values, offset: bytes });
    bytes += roundUp(values.end - values.start);
    valueBytes += values.end - values.start;
  }
  return { moved, bytes, valueBytes };
}

/** Has the model's copy look for its weights in `location`, a file in the folder the runtime is told. */
export function editForm(
  source: ByteSource,
  { moved }: ExternalForm,
  location: string,
  edits: GraphEdits,
): void {
  for (const { initializer, values, offset } of moved) {
    const length = values.end - values.start;
    const others = [...fieldsOf(source, contentOf(initializer.field))].filter(
      (field) => !isHolding(field, values),
    );
    edits.replace(
      initializer.field,
      bytesField(
        initializer.field.number,
        ...others.map(({ start, end }) => Buffer.from(source.slice(start, end))),
        entry('location', location),
        entry('offset', String(offset)),
        entry('length', String(length)),
        integerField(14, EXTERNAL),
      ),
    );
  }
}

function valuesOf(source: ByteSource, initializer: Initializer): Range | undefined {
  const { external, elementType, dims, field: tensor } = initializer;
  const bytes = (VALUE_BYTES[elementType] ?? 0) * lengthOf(dims);
  if (external !== undefined || !(bytes >= LEAST_BYTES)) return undefined;
  const fields = [...fieldsOf(source, contentOf(tensor))];
  const packed = PACKED_FIELD[elementType];
  const holding = fields.filter(({ number }) => number === RAW_DATA || number === packed);
  const [only, second] = holding;
  // Anything else is for the runtime to judge.
  if (only === undefined || second !== undefined || only.type !== 'bytes') return undefined;
  return only.end - only.content === bytes ? contentOf(only) : undefined;
}

function isHolding({ content, end }: Field, values: Range): boolean {
  return content === values.start && end === values.end;
}

function entry(key: string, value: string): Buffer {
  return bytesField(13, bytesField(1, key), bytesField(2, value));
}

function roundUp(bytes: number): number {
  return Math.ceil(bytes / PAGE_BYTES) * PAGE_BYTES;
}
