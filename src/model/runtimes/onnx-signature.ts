/** What ONNX Runtime says of a session's inputs and outputs, as a signature of ours. */
import type { InferenceSession } from 'onnxruntime-node';
import { RequestError } from '../../errors.js';
import { isDtype } from '../dtype.js';
import type { Signature, TensorSpec } from '../signature.js';
import type { Tensors } from '../tensor.js';

type Metadata = InferenceSession.ValueMetadata;
type Side = 'input' | 'output';

/** Numbers of ONNX's element types that ONNX Runtime for Node cannot even name. */
const UNNAMED_TYPES: Readonly<Record<string, string>> = {
  14: 'complex64',
  15: 'complex128',
  16: 'bfloat16',
  17: 'float8e4m3fn',
  18: 'float8e4m3fnuz',
  19: 'float8e5m2',
  20: 'float8e5m2fnuz',
};

/** @throws Error saying which input or output cannot be served, and what helps */
export function onnxSignature(session: InferenceSession): Signature {
  return {
    inputs: session.inputMetadata.map((metadata) => specOf(metadata, 'input')),
    outputs: session.outputMetadata.map((metadata) => specOf(metadata, 'output')),
  };
}

function specOf(metadata: Metadata, side: Side): TensorSpec {
  const at = `${side} "${metadata.name}"`;
  if (!metadata.isTensor) {
    throw new Error(
      `${at} is a sequence or map, not a tensor; export the model without it (a scikit-learn classifier: with options={"zipmap": False})`,
    );
  }
  if (!isDtype(metadata.type)) {
    throw new Error(`${at} is ${metadata.type}, which is not supported; export it as float32`);
  }
  // A dimension with a name is free.
  const shape = metadata.shape.map((size) => (typeof size === 'number' ? size : -1));
  return { name: metadata.name, dtype: metadata.type, shape };
}

/** ONNX Runtime's reason for refusing a model, in words that help. */
export function loadFault(error: unknown): Error {
  const message = error instanceof Error ? error.message : String(error);
  const code = /^Unsupported data type: (\d+)$/.exec(message)?.[1];
  if (code === undefined) return new Error(message, { cause: error });
  const type = UNNAMED_TYPES[code] ?? `of the unknown type ${code}`;
  const reason = `an input or output is ${type}, which is not supported; export it as float32`;
  return new Error(reason, { cause: error });
}

/** One dimension of one input. */
type Axis = { readonly input: string; readonly axis: number };

/** Dimensions that must have the same size in one request, because they have the same name. */
export type SharedDimension = { readonly name: string; readonly axes: readonly Axis[] };

export function sharedDimensions(session: InferenceSession): SharedDimension[] {
  const byName = new Map<string, Axis[]>();
  for (const metadata of session.inputMetadata) {
    if (!metadata.isTensor) continue;
    metadata.shape.forEach((name, axis) => {
      if (typeof name !== 'string' || name === '') return;
      const axes = byName.get(name) ?? [];
      byName.set(name, axes);
      axes.push({ input: metadata.name, axis });
    });
  }
  return [...byName].flatMap(([name, axes]) => (axes.length > 1 ? [{ name, axes }] : []));
}

/** ONNX Runtime does not compare them and fails somewhere in the graph: a 500 for a wrong body. */
export function checkShared(shared: readonly SharedDimension[], inputs: Tensors): void {
  for (const { name, axes } of shared) {
    const [first, ...others] = axes;
    if (first === undefined) continue;
    const expected = sizeOf(inputs, first);
    for (const other of others) {
      const got = sizeOf(inputs, other);
      if (got === expected) continue;
      throw new RequestError(
        'INVALID_INPUT',
        `input "${other.input}": expected ${expected} in dimension ${other.axis} ("${name}") as in input "${first.input}", got ${got}`,
      );
    }
  }
}

function sizeOf(inputs: Tensors, { input, axis }: Axis): number | undefined {
  return inputs[input]?.shape[axis];
}

/** ONNX Runtime ends a string at its first NUL: better refused than cut. */
export function checkStrings(signature: Signature, inputs: Tensors): void {
  for (const { name, dtype } of signature.inputs) {
    if (dtype !== 'string') continue;
    const data = inputs[name]?.data as readonly string[];
    const index = data.findIndex((text) => text.includes('\0'));
    if (index < 0) continue;
    throw new RequestError(
      'INVALID_INPUT',
      `input "${name}": expected strings without NUL (U+0000), got one in value ${index}`,
    );
  }
}
