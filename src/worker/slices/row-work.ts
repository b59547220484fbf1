/** A model and the rows that it is to run on: a whole request's, or a part of them. */
import type { InstancesModel, TensorModel } from '../../model/model.js';
import { lengthOf, type Tensor, type Tensors } from '../../model/tensor/tensor.js';
import { sliceRows } from '../../model/tensor/tensor-rows.js';
import type { RowRange } from './row-ranges.js';

export type TensorWork = {
  readonly kind: 'tensors';
  readonly model: TensorModel;
  readonly inputs: Tensors;
  readonly rows: number;
};

export type InstanceWork = {
  readonly kind: 'instances';
  readonly model: InstancesModel;
  readonly instances: readonly unknown[];
  readonly rows: number;
};

export type RowWork = TensorWork | InstanceWork;

/** Moving a byte there and back costs about this much; instances are written and read beside. */
const MICROS_PER_BYTE = { tensors: 0.002, instances: 0.01 } as const;

/** For reading only: its numbers lie in the memory of the whole. */
export function partOf(work: RowWork, { from, rows }: RowRange): RowWork {
  return work.kind === 'instances'
    ? { ...work, instances: work.instances.slice(from, from + rows), rows }
    : { ...work, inputs: sliceRows(work.inputs, from, rows), rows };
}

/** For a run: a module may write into what it gets, and the whole may have to run once more. */
export function ownPartOf(work: RowWork, range: RowRange): RowWork {
  const part = partOf(work, range);
  if (part.kind === 'instances' || part.model.isRowWise === true) return part;
  return { ...part, inputs: copied(part.inputs) };
}

/** @param bodyBytes of the request: as large as its instances, or larger */
export function bytesPerRow(work: RowWork, bodyBytes: number): number {
  if (work.kind === 'instances') return (1 + bodyBytes) / work.rows;
  let bytes = 1;
  for (const name in work.inputs) bytes += bytesOf(work.inputs[name] as Tensor);
  return bytes / work.rows;
}

/**
 * What it costs to have so many bytes run elsewhere. A model that computes faster than that keeps
 * its rows.
 */
export function microsToMove({ kind }: RowWork, bytes: number): number {
  return bytes * MICROS_PER_BYTE[kind];
}

/** Of strings roughly: eight each. */
function bytesOf({ shape, data }: Tensor): number {
  return Array.isArray(data) ? lengthOf(shape) * 8 : data.byteLength;
}

function copied(tensors: Tensors): Tensors {
  const copies: Record<string, Tensor> = {};
  for (const name in tensors) {
    const { dtype, shape, data } = tensors[name] as Tensor;
    copies[name] = { dtype, shape, data: data.slice() };
  }
  return copies;
}
