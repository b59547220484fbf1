/** Operators that move elements about, and when each row keeps its own. */
import { all } from './row-rules.js';
import type { RowRule, RowStep } from './row-step.js';
import {
  type Constant,
  plainAxis,
  productOf,
  type Rows,
  rows,
  type Size,
  type Sizes,
  type Value,
} from './row-value.js';

export const SHAPE_RULES: Readonly<Record<string, RowRule>> = {
  ...all('DepthToSpace SpaceToDepth', imagewise),
  Concat: concatenation,
  ConstantOfShape: filling,
  Flatten: flattening,
  Gather: gathering,
  Pad: padding,
  Reshape: reshaping,
  SequenceConstruct: sequence,
  Shape: shapeOf,
  Slice: slicing,
  Split: splitting,
  Squeeze: squeezing,
  Transpose: transposition,
  Unsqueeze: unsqueezing,
};

type Target = readonly (Size | 'rows')[];

/**
 * The elements of a row stay together when as many elements lie before the axis of the rows as
 * before; then, the whole being of one size, as many lie behind it.
 *
 * @param target sizes to be; −1 is whatever is left
 */
function reshaped({ shape, axis }: Rows, target: Target): Rows | undefined {
  const perRow = productOf(shape.filter((_size, at) => at !== axis));
  const free = target.indexOf(-1);
  let at = target.indexOf('rows');
  if (at >= 0 && target.lastIndexOf('rows') !== at) return undefined;
  const known = target.filter((_size, index) => index !== free && index !== at) as readonly Size[];
  const product = productOf(known);
  if (product === 0 || perRow === 0) return undefined;
  const sizes = target.map((size) => (size === 'rows' ? undefined : size));
  if (at < 0) {
    // Only when the others make up one row is what is left the number of rows.
    if (free < 0 || product === undefined || product !== perRow) return undefined;
    at = free;
  } else if (free >= 0) {
    sizes[free] = product === undefined || perRow === undefined ? undefined : perRow / product;
  }
  const before = productOf(sizes.slice(0, at));
  const isSame = before !== undefined && before === productOf(shape.slice(0, axis));
  return isSame ? rows(sizes, at) : undefined;
}

function reshaping(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const target = targetOf(step, value);
  const result = value === undefined || target === undefined ? undefined : reshaped(value, target);
  return result === undefined ? undefined : [result];
}

function targetOf(step: RowStep, value: Rows | undefined): Target | undefined {
  const input = step.input(1);
  const listed = step.has(1) ? step.integersOf(1) : step.integers('shape');
  const target: Target | undefined = input?.kind === 'sizes' ? input.sizes : listed;
  if (step.integer('allowzero', 0) === 1) return target?.includes(0) ? undefined : target;
  // A zero stands for the size that is there now.
  return target?.map((size, at) => {
    if (size !== 0) return size;
    return at === value?.axis ? 'rows' : value?.shape[at];
  });
}

function flattening(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value === undefined) return undefined;
  const { shape, axis } = value;
  const listed = step.integer('axis', 1);
  const from = listed < 0 ? listed + shape.length : listed;
  const beside = shape.slice(0, from).filter((_size, at) => at !== axis);
  if (from <= axis || productOf(beside) !== 1) return undefined;
  return [rows([undefined, productOf(shape.slice(from))], 0)];
}

function transposition(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value === undefined) return undefined;
  const { shape, axis } = value;
  const order = step.integers('perm') ?? shape.map((_size, at) => shape.length - 1 - at);
  return [
    rows(
      order.map((from) => shape[from]),
      order.indexOf(axis),
    ),
  ];
}

function squeezing(step: RowStep): ReturnType<RowRule> {
  const value = step.input(0);
  if (value?.kind === 'sizes')
    return value.sizes.length === 1 ? [{ ...value, isScalar: true }] : undefined;
  if (value?.kind !== 'rows') return undefined;
  const axes = step.axes(value.shape.length, 1);
  if (axes === undefined || axes.includes(value.axis)) return undefined;
  const shape = value.shape.filter((_size, at) => !axes.includes(at));
  return [rows(shape, value.axis - axes.filter((at) => at < value.axis).length)];
}

function unsqueezing(step: RowStep): ReturnType<RowRule> {
  const value = step.input(0);
  if (value?.kind === 'sizes') return value.isScalar ? [{ ...value, isScalar: false }] : undefined;
  const count = (step.has(1) ? step.integersOf(1) : step.integers('axes'))?.length;
  if (value?.shape === undefined || count === undefined) return undefined;
  const rank = value.shape.length + count;
  const axes = step.axes(rank, 1);
  if (axes === undefined) return undefined;
  const left = [...value.shape.keys()];
  const sources = Array.from({ length: rank }, (_, at) =>
    axes.includes(at) ? undefined : left.shift(),
  );
  const shape = sources.map((from) => (from === undefined ? 1 : value.shape?.[from]));
  if (value.kind === 'constant') return [{ kind: 'constant', shape }];
  return [rows(shape, sources.indexOf(value.axis))];
}

function concatenation(step: RowStep): ReturnType<RowRule> {
  const values = step.inputs();
  if (values?.some(({ kind }) => kind === 'sizes')) return joinedSizes(values);
  const parts = values?.flatMap((value) => (value.kind === 'rows' ? [value] : []));
  const [first] = parts ?? [];
  if (parts === undefined || first === undefined || parts.length !== values?.length)
    return undefined;
  const rank = first.shape.length;
  const axis = plainAxis(step.integer('axis', 1), rank);
  const isAlike = parts.every(({ shape, axis: at }) => shape.length === rank && at === first.axis);
  if (axis === undefined || axis === first.axis || !isAlike) return undefined;
  let along: Size = 0;
  for (const { shape } of parts) {
    const more: Size = shape[axis];
    along = along === undefined || more === undefined ? undefined : along + more;
  }
  return [
    rows(
      first.shape.map((size, at) => (at === axis ? along : size)),
      first.axis,
    ),
  ];
}

function joinedSizes(values: readonly Value[]): readonly Value[] | undefined {
  const sizes: (Size | 'rows')[] = [];
  for (const value of values) {
    if (value.kind === 'sizes') sizes.push(...value.sizes);
    else if (value.kind === 'constant' && value.integers !== undefined)
      sizes.push(...value.integers);
    else return undefined;
  }
  return [{ kind: 'sizes', sizes, isScalar: false }];
}

function splitting(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const axis = value === undefined ? undefined : step.axis(value.shape.length, 0);
  if (value === undefined || axis === undefined || axis === value.axis) return undefined;
  if (!step.areConstant(1)) return undefined;
  const parts = step.has(1) ? step.integersOf(1) : step.integers('split');
  return step.node.outputs.map((_output, index) =>
    rows(
      value.shape.map((size, at) => (at === axis ? parts?.[index] : size)),
      value.axis,
    ),
  );
}

function slicing(step: RowStep): ReturnType<RowRule> {
  const value = step.input(0);
  if (value?.kind === 'sizes') return slicedSizes(step, value);
  if (value?.kind !== 'rows' || !step.areConstant(1)) return undefined;
  const starts = step.has(1) ? step.integersOf(1) : step.integers('starts');
  // Without axes it begins at the first.
  const standard = step.integers('axes') ?? starts?.map((_start, at) => at);
  const listed = step.has(3) ? step.integersOf(3) : standard;
  const axes = listed?.map((axis) => plainAxis(axis, value.shape.length));
  if (axes === undefined || axes.includes(value.axis) || axes.includes(undefined)) return undefined;
  const shape = value.shape.map((size, at) => (axes.includes(at) ? undefined : size));
  return [rows(shape, value.axis)];
}

function slicedSizes(step: RowStep, { sizes }: Sizes): readonly Value[] | undefined {
  const [start] = (step.has(1) ? step.integersOf(1) : step.integers('starts')) ?? [];
  const [end] = (step.has(2) ? step.integersOf(2) : step.integers('ends')) ?? [];
  const [stride = 1] = step.has(4) ? (step.integersOf(4) ?? [0]) : [];
  if (start === undefined || end === undefined || stride !== 1) return undefined;
  return [{ kind: 'sizes', sizes: sizes.slice(start, end), isScalar: false }];
}

/** Columns of rows by constant indexes, or rows of indexes into a constant table. */
function gathering(step: RowStep): ReturnType<RowRule> {
  const [table, indexes] = [step.input(0), step.input(1)];
  if (table?.kind === 'sizes') return gatheredSizes(table, indexes);
  if (table?.shape === undefined || indexes === undefined || indexes.kind === 'sizes')
    return undefined;
  const axis = step.axis(table.shape.length, 0);
  if (axis === undefined || indexes.shape === undefined) return undefined;
  const shape = [...table.shape.slice(0, axis), ...indexes.shape, ...table.shape.slice(axis + 1)];
  if (table.kind === 'constant') {
    return indexes.kind === 'rows'
      ? [rows(shape, axis + indexes.axis)]
      : [{ kind: 'constant', shape }];
  }
  if (indexes.kind === 'rows' || axis === table.axis) return undefined;
  const moved = axis < table.axis ? indexes.shape.length - 1 : 0;
  return [rows(shape, table.axis + moved)];
}

function gatheredSizes({ sizes }: Sizes, indexes: Value | undefined): readonly Value[] | undefined {
  if (indexes?.kind !== 'constant' || indexes.integers === undefined) return undefined;
  const picked = indexes.integers.map((index) => sizes.at(index));
  return [{ kind: 'sizes', sizes: picked, isScalar: indexes.shape?.length === 0 }];
}

function shapeOf(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const { attributes } = step.node;
  if (value === undefined || attributes.has('start') || attributes.has('end')) return undefined;
  const sizes = value.shape.map((size, at) => (at === value.axis ? 'rows' : size));
  return [{ kind: 'sizes', sizes, isScalar: false }];
}

/** The same constant in each row. */
function filling(step: RowStep): ReturnType<RowRule> {
  const value = step.input(0);
  if (value?.kind !== 'sizes') return undefined;
  const axis = value.sizes.indexOf('rows');
  if (axis < 0 || value.sizes.lastIndexOf('rows') !== axis) return undefined;
  return [
    rows(
      value.sizes.map((size) => (size === 'rows' ? undefined : size)),
      axis,
    ),
  ];
}

function padding(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const pads = step.has(1) ? step.integersOf(1) : step.integers('pads');
  const rank = value?.shape.length ?? 0;
  if (value === undefined || pads?.length !== 2 * rank || step.has(3)) return undefined;
  if (!step.areConstant(1)) return undefined;
  if (pads[value.axis] !== 0 || pads[value.axis + rank] !== 0) return undefined;
  return [
    rows(
      value.shape.map(() => undefined),
      value.axis,
    ),
  ];
}

function imagewise(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  return value?.axis === 0
    ? [
        rows(
          value.shape.map(() => undefined),
          0,
        ),
      ]
    : undefined;
}

/** What becomes an output for each of its elements. */
function sequence(step: RowStep): ReturnType<RowRule> {
  const values = step.inputs();
  const isRows = (value: Value): value is Exclude<Value, Constant | Sizes> =>
    value.kind === 'rows' && value.axis === 0;
  const [first] = values ?? [];
  return first !== undefined && values?.every(isRows) ? [first] : undefined;
}
