/** A session's inputs and outputs as clients see them. */
import type { InferenceSession } from 'onnxruntime-node';
import { RequestError } from '../../errors.js';
import type { Port, Ports } from '../onnx/rewriting.js';
import { isDtype } from '../tensor/dtype.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';
import type { Tensors } from '../tensor/tensor.js';

type Metadata = InferenceSession.ValueMetadata;

/** An input or output of the session, beside the one a client sees. */
export type Joint = {
  /** Its name in the session. */
  readonly sessionName: string;
  readonly spec: TensorSpec;
  readonly port: Port;
};

/**
 * @param overrides sizes of free dimensions that the operator fixed, by name
 * @throws Error naming the input or output that cannot be served
 */
export function jointsOf(
  metadata: readonly Metadata[],
  ports: Ports,
  side: 'input' | 'output',
  overrides: Readonly<Record<string, number>>,
): Joint[] {
  return metadata.map((each) => {
    const port = ports.get(each.name) ?? { name: each.name };
    const at = `${side} "${port.name}"`;
    if (!each.isTensor) throw new Error(`${at} is no tensor; export the model without it`);
    const dtype = port.dtype ?? each.type;
    if (!isDtype(dtype)) {
      throw new Error(`${at} is ${dtype}, which is not supported; export it as float32`);
    }
    // A dimension with a name is free.
    const shape = each.shape.map((size) =>
      typeof size === 'number' ? size : (overrides[size] ?? -1),
    );
    const spec = { name: port.name, dtype, shape, ...traitsOf(port, shape) };
    return { sessionName: each.name, spec, port };
  });
}

function traitsOf(
  { hasAnyShape, byDefault, labels }: Port,
  shape: readonly number[],
): Partial<TensorSpec> {
  const columns = shape.at(-1);
  const isLabelled = labels !== undefined && (columns === labels.length || columns === -1);
  return {
    ...(hasAnyShape && shape.length === 0 ? { hasAnyShape } : {}),
    ...(byDefault === undefined ? {} : { isOptional: true }),
    ...(isLabelled ? { labels } : {}),
  };
}

/** One dimension of one input. */
type Axis = { readonly input: string; readonly axis: number };

/** Dimensions that must have the same size in one request, because they have the same name. */
export type SharedDimension = { readonly name: string; readonly axes: readonly Axis[] };

export function sharedDimensions(
  metadata: readonly Metadata[],
  joints: readonly Joint[],
): SharedDimension[] {
  const byName = new Map<string, Axis[]>();
  metadata.forEach((each, index) => {
    const input = joints[index]?.spec.name;
    if (!each.isTensor || input === undefined) return;
    each.shape.forEach((name, axis) => {
      if (typeof name !== 'string' || name === '') return;
      const axes = byName.get(name) ?? [];
      byName.set(name, axes);
      axes.push({ input, axis });
    });
  });
  return [...byName].flatMap(([name, axes]) => (axes.length > 1 ? [{ name, axes }] : []));
}

/** ONNX Runtime does not compare them and fails somewhere in the graph. */
export function checkShared(shared: readonly SharedDimension[], inputs: Tensors): void {
  for (const { name, axes } of shared) {
    let first: Axis | undefined;
    let expected: number | undefined;
    for (const each of axes) {
      const got = inputs[each.input]?.shape[each.axis];
      if (got === undefined || got === expected) continue;
      if (first !== undefined) {
        throw new RequestError(
          'INVALID_INPUT',
          `input "${each.input}": expected ${expected} in dimension ${each.axis} ("${name}") as in input "${first.input}", got ${got}`,
        );
      }
      first = each;
      expected = got;
    }
  }
}

/** ONNX Runtime ends a string at its first NUL: better refused than cut. */
export function checkStrings({ inputs: specs }: Signature, inputs: Tensors): void {
  for (const { name, dtype } of specs) {
    if (dtype !== 'string') continue;
    const data = (inputs[name]?.data ?? []) as readonly string[];
    const index = data.findIndex((text) => text.includes('\0'));
    if (index < 0) continue;
    throw new RequestError(
      'INVALID_INPUT',
      `input "${name}": expected strings without NUL (U+0000), got one in value ${index}`,
    );
  }
}

/** @param operator one of the graph that would end the process */
export function checkValues(operator: string, inputs: Tensors): void {
  for (const name in inputs) {
    const { shape, data } = inputs[name] ?? {};
    if (data?.length !== 0) continue;
    throw new RequestError(
      'INVALID_INPUT',
      `input "${name}": expected at least one value, which the model's ${operator} needs, got the shape [${shape?.join(', ')}]`,
    );
  }
}
