/** What is known of a value in a graph when all is said in terms of rows. */

/** Size of a dimension; undefined where it is not known. */
export type Size = number | undefined;

/**
 * A value with one slice for each row of the request, along one axis: the slice of a row depends
 * on that row of the inputs and on nothing else.
 */
export type Rows = {
  readonly kind: 'rows';
  /** The size along `axis` means nothing. */
  readonly shape: readonly Size[];
  readonly axis: number;
};

/** A value that does not depend on the request. */
export type Constant = {
  readonly kind: 'constant';
  /** Absent: not known. */
  readonly shape?: readonly Size[];
  /** Known of small ones, for shapes and axes. */
  readonly integers?: readonly number[];
};

/** Sizes of such a value, or some of them; `rows` is the number of rows. */
export type Sizes = {
  readonly kind: 'sizes';
  readonly sizes: readonly (Size | 'rows')[];
  /** One size, in no array. */
  readonly isScalar: boolean;
};

export type Value = Rows | Constant | Sizes;

export const CONSTANT: Constant = { kind: 'constant' };

export function rows(shape: readonly Size[], axis: number): Rows {
  return { kind: 'rows', shape, axis };
}

/** The product, undefined where a size is. */
export function productOf(sizes: readonly Size[]): Size {
  let product: Size = 1;
  for (const size of sizes)
    product = product === undefined || size === undefined ? undefined : product * size;
  return product;
}

/** Negative axes count from the end; undefined when there is no such axis. */
export function plainAxis(axis: number, rank: number): number | undefined {
  const plain = axis < 0 ? axis + rank : axis;
  return plain >= 0 && plain < rank ? plain : undefined;
}

type Shaped = Rows | (Constant & { readonly shape: readonly Size[] });

/**
 * The value of an operator that works on elements, after the rules of broadcasting: shapes are
 * aligned at their ends. Undefined where rows would meet other rows, or it cannot be told.
 */
export function broadcast(values: readonly Value[]): Rows | Constant | undefined {
  const areConstants = values.every(({ kind }) => kind === 'constant');
  if (!values.every(isShaped)) return areConstants ? CONSTANT : undefined;
  const shape = broadcastShape(values);
  if (areConstants) return { kind: 'constant', shape };
  const axis = commonAxis(values, shape.length);
  return axis === undefined ? undefined : rows(shape, axis);
}

function isShaped(value: Value): value is Shaped {
  return value.kind !== 'sizes' && value.shape !== undefined;
}

/** Where the rows of all values lie, and each constant is the same for every row. */
function commonAxis(values: readonly Shaped[], rank: number): number | undefined {
  let axis: number | undefined;
  for (const value of values) {
    if (value.kind !== 'rows') continue;
    const aligned = value.axis + rank - value.shape.length;
    if (axis !== undefined && axis !== aligned) return undefined;
    axis = aligned;
  }
  if (axis === undefined) return undefined;
  for (const { kind, shape } of values) {
    if (kind === 'constant' && alignedSize(shape, rank, axis) !== 1) return undefined;
  }
  return axis;
}

function alignedSize(shape: readonly Size[], rank: number, at: number): Size {
  const own = at - (rank - shape.length);
  return own < 0 ? 1 : shape[own];
}

function broadcastShape(values: readonly Shaped[]): Size[] {
  const rank = Math.max(0, ...values.map(({ shape }) => shape.length));
  return Array.from({ length: rank }, (_, at) =>
    joinedSize(values.map(({ shape }) => alignedSize(shape, rank, at))),
  );
}

/** 1 gives way to any other size, and an unknown one to a known one that is not 1. */
function joinedSize(sizes: readonly Size[]): Size {
  const known = sizes.find((size) => size !== undefined && size !== 1);
  return known ?? (sizes.includes(undefined) ? undefined : 1);
}
