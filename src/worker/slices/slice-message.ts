/**
 * What owner and helper of a slice tell each other: a JSON head, and behind it the bytes of tensors
 * or of text. Both run the same code on the same machine, so nothing is checked that they could not
 * get wrong.
 *
 * ```
 *  0             4         4 + head      (each piece at a multiple of 8)
 *  ┌─────────────┬─────────┬─────┬─────────┬─────┬─────────┐
 *  │ head length │ head    │ pad │ piece 0 │ pad │ piece 1 │ …
 *  └─────────────┴─────────┴─────┴─────────┴─────┴─────────┘
 * ```
 */
import { deserialize, serialize } from 'node:v8';
import { valuesIn } from '../../model/tensor/dtype.js';
import type { Dtype, Tensor, Tensors } from '../../model/tensor/tensor.js';

type TensorHead = {
  readonly name: string;
  readonly dtype: Dtype;
  readonly shape: readonly number[];
};

/** A message as it is sent. */
export type Pieces = readonly Uint8Array[];

export type SliceHead = {
  readonly requestId: string;
  readonly name: string;
  readonly version: string;
  /** How its outputs are to be written; without it they are sent as they are. */
  readonly text?: { readonly protocol: string; readonly form: string };
};

/** What a slice is to be run on. */
export type SliceRows =
  | { readonly kind: 'tensors'; readonly inputs: Tensors }
  | { readonly kind: 'instances'; readonly instances: readonly unknown[] };

/** What a run of rows brings. */
export type Part = {
  readonly rows: number;
  /** Without their values where there are texts; none of a model without a signature. */
  readonly outputs: Tensors;
  readonly texts: readonly Uint8Array[] | undefined;
  /** What its rows cost, reading and writing apart from the way. */
  readonly micros: number;
};

const ALIGNMENT = 8;
const LENGTH_BYTES = 4;
const PADDING = new Uint8Array(ALIGNMENT);
const NO_ROWS: Tensors = {};

export function sliceMessage(head: SliceHead, work: SliceRows): Pieces {
  // Not as JSON, which knows neither -0 nor what a large exponent has become.
  if (work.kind === 'instances') return joined(head, [serialize(work.instances)]);
  const { heads, pieces } = tensorPieces(work.inputs);
  return joined({ ...head, tensors: heads }, pieces);
}

export function readSlice(message: Buffer): { head: SliceHead; work: SliceRows } {
  const { head, pieceAt } = parted<SliceHead & { tensors?: readonly TensorHead[] }>(message);
  const { tensors } = head;
  if (tensors !== undefined) {
    return { head, work: { kind: 'tensors', inputs: tensorsOf(tensors, pieceAt) } };
  }
  const instances = deserialize(pieceAt(0)) as readonly unknown[];
  return { head, work: { kind: 'instances', instances } };
}

/** @param part undefined: it failed, whyever; its owner will find out why */
export function resultMessage(part: Part | undefined): Pieces {
  if (part === undefined) return joined({ rows: 0, micros: 0 }, []);
  const { rows, texts, outputs, micros } = part;
  const { heads, pieces } = tensorPieces(outputs);
  const isText = texts !== undefined;
  return joined({ rows, micros, isText, tensors: heads }, texts ?? pieces);
}

export function readResult(message: Buffer): Part | undefined {
  const { head, pieceAt, pieces } = parted<{
    rows: number;
    micros: number;
    isText?: boolean;
    tensors?: readonly TensorHead[];
  }>(message);
  const { rows, micros, isText, tensors } = head;
  if (tensors === undefined) return undefined;
  if (isText !== true) {
    return { rows, outputs: tensorsOf(tensors, pieceAt), texts: undefined, micros };
  }
  const outputs = Object.fromEntries(
    tensors.map(({ name, dtype, shape }) => [name, { dtype, shape, data: [] }]),
  );
  return { rows, outputs, texts: pieces.map((_, index) => pieceAt(index)), micros };
}

/** Outputs of which nothing but the shapes is needed any more. */
export function shapesOf(outputs: Tensors): Tensors {
  const shapes: Record<string, Tensor> = { ...NO_ROWS };
  for (const name in outputs) {
    const { dtype, shape } = outputs[name] as Tensor;
    shapes[name] = { dtype, shape, data: [] };
  }
  return shapes;
}

function tensorPieces(tensors: Tensors): { heads: TensorHead[]; pieces: Uint8Array[] } {
  const heads: TensorHead[] = [];
  const pieces: Uint8Array[] = [];
  for (const name in tensors) {
    const { dtype, shape, data } = tensors[name] as Tensor;
    heads.push({ name, dtype, shape });
    pieces.push(
      Array.isArray(data)
        ? Buffer.from(JSON.stringify(data))
        : new Uint8Array(data.buffer, data.byteOffset, data.byteLength),
    );
  }
  return { heads, pieces };
}

function tensorsOf(heads: readonly TensorHead[], pieceAt: (index: number) => Buffer): Tensors {
  const tensors: Record<string, Tensor> = {};
  heads.forEach(({ name, dtype, shape }, index) => {
    const bytes = pieceAt(index);
    const data =
      dtype === 'string'
        ? (JSON.parse(bytes.toString()) as string[])
        : valuesIn(dtype, bytes as Uint8Array<ArrayBuffer>);
    tensors[name] = { dtype, shape, data };
  });
  return tensors;
}

function joined(head: object, pieces: Pieces): Pieces {
  const text = Buffer.from(JSON.stringify({ ...head, pieces: pieces.map(({ length }) => length) }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(text.length);
  const all: Uint8Array[] = [length, text, paddingAt(LENGTH_BYTES + text.length)];
  for (const piece of pieces) all.push(piece, paddingAt(piece.length));
  return all;
}

type Parted<T> = {
  readonly head: T;
  readonly pieces: readonly number[];
  readonly pieceAt: (index: number) => Buffer;
};

function parted<T>(message: Buffer): Parted<T> {
  const headEnd = LENGTH_BYTES + message.readUInt32LE(0);
  const head = JSON.parse(message.toString('utf8', LENGTH_BYTES, headEnd)) as T & {
    pieces: readonly number[];
  };
  const { pieces } = head;
  const starts: number[] = [];
  let at = aligned(headEnd);
  for (const bytes of pieces) {
    starts.push(at);
    at = aligned(at + bytes);
  }
  const pieceAt = (index: number): Buffer => {
    const start = starts[index] ?? 0;
    return message.subarray(start, start + (pieces[index] ?? 0));
  };
  return { head, pieces, pieceAt };
}

function aligned(offset: number): number {
  return Math.ceil(offset / ALIGNMENT) * ALIGNMENT;
}

function paddingAt(offset: number): Uint8Array {
  return PADDING.subarray(0, aligned(offset) - offset);
}
