/** Operators that pick elements and put them together, and when each row keeps its own. */
import { all } from './rules.js';
import type { RowRule, RowStep } from './step.js';
import { plainAxis, rows, type Size, type Sizes, type Value } from './value.js';

export const SELECTION_RULES: Readonly<Record<string, RowRule>> = {
  ...all('DepthToSpace SpaceToDepth', imagewise),
  Concat: concatenation,
  Gather: gathering,
  OneHot: spreading,
  Pad: padding,
  SequenceConstruct: sequence,
  Slice: slicing,
  Split: splitting,
};

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

/** A new axis with a place for each class. */
function spreading(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value === undefined || !step.areConstant(1)) return undefined;
  const axis = step.axis(value.shape.length + 1, -1);
  if (axis === undefined) return undefined;
  const shape = [...value.shape.slice(0, axis), undefined, ...value.shape.slice(axis)];
  return [rows(shape, value.axis + (axis <= value.axis ? 1 : 0))];
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
  const [first] = values ?? [];
  const areRows = values?.every((value) => value.kind === 'rows' && value.axis === 0);
  return first !== undefined && areRows ? [first] : undefined;
}
