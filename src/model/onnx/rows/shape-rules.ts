/** Operators that give the same elements another shape, and when each row keeps its own. */
import type { RowRule, RowStep } from './step.js';
import { broadcast, productOf, type Rows, rows, type Size, type Sizes } from './value.js';

export const SHAPE_RULES: Readonly<Record<string, RowRule>> = {
  ConstantOfShape: filling,
  Flatten: flattening,
  Expand: expansion,
  Reshape: reshaping,
  Shape: shapeOf,
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
  const value = step.input(0);
  if (value === undefined || value.kind === 'sizes' || value.shape === undefined) return undefined;
  const { shape } = value;
  const order = step.integers('perm') ?? shape.map((_size, at) => shape.length - 1 - at);
  const turned = order.map((from) => shape[from]);
  if (value.kind === 'constant') return [{ kind: 'constant', shape: turned }];
  return [rows(turned, order.indexOf(value.axis))];
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

function shapeOf(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const { attributes } = step.node;
  if (value === undefined || attributes.has('start') || attributes.has('end')) return undefined;
  const sizes = value.shape.map((size, at) => (at === value.axis ? 'rows' : size));
  return [{ kind: 'sizes', sizes, isScalar: false }];
}

/** A constant, the same for each row, made as large as the rows are many. */
function expansion(step: RowStep): ReturnType<RowRule> {
  const [value, target] = [step.input(0), step.input(1)];
  if (value?.kind !== 'constant' || target?.kind !== 'sizes') return undefined;
  const filled = filledWith(target);
  const result = filled === undefined ? undefined : broadcast([value, filled]);
  return result === undefined ? undefined : [result];
}

/** The same constant in each row. */
function filling(step: RowStep): ReturnType<RowRule> {
  const value = step.input(0);
  const filled = value?.kind === 'sizes' ? filledWith(value) : undefined;
  return filled === undefined ? undefined : [filled];
}

function filledWith({ sizes }: Sizes): Rows | undefined {
  const axis = sizes.indexOf('rows');
  if (axis < 0 || sizes.lastIndexOf('rows') !== axis) return undefined;
  return rows(
    sizes.map((size) => (size === 'rows' ? undefined : size)),
    axis,
  );
}
