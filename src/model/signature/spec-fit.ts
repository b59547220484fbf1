/** Whether what one model gives is what another takes, by their specs. Pure. */

import type { TensorSpec } from '../tensor/signature.js';
import type { Tensor } from '../tensor/tensor.js';

/** What is wrong when `given` becomes an input as `taken` says; undefined when they may fit. */
export function specFault(given: TensorSpec, taken: TensorSpec): string | undefined {
  if (given.dtype !== taken.dtype) return `takes ${taken.dtype}, but gets ${given.dtype}`;
  if (given.hasAnyShape === true || taken.hasAnyShape === true) return undefined;
  const isMisfit =
    given.shape.length !== taken.shape.length ||
    given.shape.some((size, axis) => !agree(size, taken.shape[axis] ?? -1));
  return isMisfit
    ? `takes the shape ${shapeText(taken.shape)}, but gets ${shapeText(given.shape)}`
    : undefined;
}

/** What is wrong with a tensor whose spec may fit; undefined when it does. */
export function shapeFault({ shape }: Tensor, taken: TensorSpec): string | undefined {
  if (taken.hasAnyShape === true) return undefined;
  const isFit =
    shape.length === taken.shape.length &&
    shape.every((size, axis) => agree(size, taken.shape[axis] ?? -1));
  return isFit
    ? undefined
    : `takes the shape ${shapeText(taken.shape)}, but gets ${shapeText(shape)}`;
}

/** A spec for what two steps take that fit each other: as strict as both. */
export function specForBoth(one: TensorSpec, other: TensorSpec): TensorSpec {
  const { isOptional, takesMissing, hasAnyShape, ...strict } =
    one.hasAnyShape === true ? { ...other, name: one.name } : one;
  const shape = strict.shape.map((size, axis) => (size === -1 ? (other.shape[axis] ?? -1) : size));
  return {
    ...strict,
    shape: other.hasAnyShape === true ? strict.shape : shape,
    ...(hasAnyShape === true ? { hasAnyShape } : {}),
    ...(isOptional === true && other.isOptional === true ? { isOptional } : {}),
    ...(takesMissing === true && other.takesMissing === true ? { takesMissing } : {}),
  };
}

function agree(one: number, other: number): boolean {
  return one === -1 || other === -1 || one === other;
}

function shapeText(shape: readonly number[]): string {
  return `[${shape.join(', ')}]`;
}
