/** Operators that compute, and when they do so row by row. */
import type { RowRule, RowStep } from './step.js';
import { broadcast, plainAxis, type Rows, rows, type Size } from './value.js';

/** One element of the output from one element of each input. */
const ELEMENTWISE =
  'Abs Acos Acosh Add And Asin Asinh Atan Atanh BitShift BitwiseAnd BitwiseNot BitwiseOr BitwiseXor Cast Ceil Celu Clip Cos Cosh Div Elu Equal Erf Exp Floor Gelu Greater GreaterOrEqual HardSigmoid HardSwish Identity IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Shrink Sigmoid Sign Sin Sinh Softplus Softsign Sqrt StringConcat Sub Sum Swish Tan Tanh ThresholdedRelu Where Xor';

const REDUCING =
  'ReduceL1 ReduceL2 ReduceLogSum ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceProd ReduceSum ReduceSumSquare';

export const COMPUTING_RULES: Readonly<Record<string, RowRule>> = {
  ...all(ELEMENTWISE, elementwise),
  ...all(REDUCING, reducing),
  ...all('ArgMax ArgMin', argument),
  ...all('Softmax LogSoftmax Hardmax', softmax),
  ...all('DequantizeLinear QuantizeLinear', quantization),
  CastLike: (step) => sameAs(step.rows(0)),
  CumSum: cumulation,
  Gemm: gemm,
  GatherElements: (step) =>
    step.rows(1)?.axis === step.rows(0)?.axis ? pickedElements(step) : undefined,
  LpNormalization: alongAxis,
  MatMul: matrixProduct,
  MatMulInteger: (step) => (step.areConstant(2) ? matrixProduct(step) : undefined),
  TfIdfVectorizer: counting,
  TopK: top,
};

export function all(names: string, rule: RowRule): Readonly<Record<string, RowRule>> {
  return Object.fromEntries(names.split(' ').map((name) => [name, rule]));
}

export function sameAs(value: Rows | undefined): readonly Rows[] | undefined {
  return value === undefined ? undefined : [value];
}

function elementwise(step: RowStep): ReturnType<RowRule> {
  const values = step.inputs();
  const [first] = values ?? [];
  if (first?.kind === 'sizes' && (step.node.op === 'Cast' || step.node.op === 'Identity'))
    return [first];
  const value = values === undefined ? undefined : broadcast(values);
  return value === undefined ? undefined : [value];
}

/** Per row as long as the rows are not what is summed over; without axes all is. */
function reducing(step: RowStep): ReturnType<RowRule> {
  const value = step.input(0);
  if (value?.kind === 'sizes' || value?.shape === undefined) return undefined;
  const { shape } = value;
  const axes = step.axes(shape.length, 1);
  if (axes === undefined || axes.length === 0) return undefined;
  const keepsAxes = step.integer('keepdims', 1) === 1;
  if (value.kind === 'rows')
    return axes.includes(value.axis) ? undefined : [reduced(value, axes, keepsAxes)];
  return [{ kind: 'constant', shape: reducedShape(shape, axes, keepsAxes) }];
}

function reduced({ shape, axis }: Rows, axes: readonly number[], keepsAxes: boolean): Rows {
  const left = reducedShape(shape, axes, keepsAxes);
  return rows(left, keepsAxes ? axis : axis - axes.filter((at) => at < axis).length);
}

function reducedShape(
  shape: readonly Size[],
  axes: readonly number[],
  keepsAxes: boolean,
): readonly Size[] {
  return keepsAxes
    ? shape.map((size, at) => (axes.includes(at) ? 1 : size))
    : shape.filter((_size, at) => !axes.includes(at));
}

function argument(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const axis = value === undefined ? undefined : step.axis(value.shape.length, 0);
  if (value === undefined || axis === undefined || axis === value.axis) return undefined;
  return [reduced(value, [axis], step.integer('keepdims', 1) === 1)];
}

/** Before version 13 all axes from the given one on were one. */
function softmax(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value === undefined) return undefined;
  const axis = step.axis(value.shape.length, step.version < 13 ? 1 : -1);
  if (axis === undefined || axis === value.axis) return undefined;
  return step.version >= 13 || axis > value.axis ? [value] : undefined;
}

function alongAxis(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const axis = value === undefined ? undefined : step.axis(value.shape.length, -1);
  return axis === undefined || axis === value?.axis ? undefined : sameAs(value);
}

/** Both have an element of each row in the same place. */
function pickedElements(step: RowStep): ReturnType<RowRule> {
  const [value, indexes] = [step.rows(0), step.rows(1)];
  const axis = value === undefined ? undefined : step.axis(value.shape.length, 0);
  return axis === undefined || axis === value?.axis ? undefined : sameAs(indexes);
}

function quantization(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value === undefined || !step.areConstant(1)) return undefined;
  const scale = step.input(1);
  if (scale?.kind !== 'constant' || scale.shape === undefined) return undefined;
  if (scale.shape.length > 1) return undefined;
  const axis = step.axis(value.shape.length, 1);
  return scale.shape.length === 0 || axis !== value.axis ? [value] : undefined;
}

function cumulation(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const [listed] = step.integersOf(1) ?? [];
  if (value === undefined || listed === undefined) return undefined;
  const axis = plainAxis(listed, value.shape.length);
  return axis === undefined || axis === value.axis ? undefined : [value];
}

/** Of the texts in each row; an array of one dimension would be one row. */
function counting(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  return value?.shape.length === 2 && value.axis === 0
    ? [rows([undefined, undefined], 0)]
    : undefined;
}

function top(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  const axis = value === undefined ? undefined : step.axis(value.shape.length, -1);
  if (value === undefined || axis === undefined || axis === value.axis) return undefined;
  if (!step.areConstant(1)) return undefined;
  const shape = value.shape.map((size, at) => (at === axis ? step.integersOf(1)?.[0] : size));
  return [rows(shape, value.axis), rows(shape, value.axis)];
}

/** Rows of vectors with a constant matrix, or stacks of matrices with each other. */
function matrixProduct(step: RowStep): ReturnType<RowRule> {
  const left = step.rows(0);
  const right = step.input(1);
  if (left === undefined || right === undefined || right.kind === 'sizes') return undefined;
  const rank = left.shape.length;
  const other = right.shape?.length ?? 0;
  const product = rows([...left.shape.slice(0, -1), ...(right.shape?.slice(-1) ?? [])], left.axis);
  if (right.kind === 'rows') {
    const isStack = rank === other && left.axis === right.axis && left.axis < rank - 2;
    return isStack ? [product] : undefined;
  }
  if (left.axis === rank - 1 || other === 0 || other > 2) return undefined;
  return [other === 1 ? rows(left.shape.slice(0, -1), left.axis) : product];
}

function gemm(step: RowStep): ReturnType<RowRule> {
  const [left, right] = [step.rows(0), step.input(1)];
  const isPlain = left?.shape.length === 2 && left.axis === 0 && step.integer('transA', 0) === 0;
  if (!isPlain || right?.kind !== 'constant' || right.shape?.length !== 2) return undefined;
  const columns: Size = right.shape[step.integer('transB', 0) === 0 ? 1 : 0];
  const product = rows([undefined, columns], 0);
  const added = step.has(2) ? step.input(2) : undefined;
  if (!step.has(2)) return [product];
  const sum = added === undefined ? undefined : broadcast([product, added]);
  return sum?.kind === 'rows' && sum.axis === 0 && sum.shape.length === 2 ? [sum] : undefined;
}
