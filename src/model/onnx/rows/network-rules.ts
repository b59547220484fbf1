/** The layers of neural networks: each image, text or series of a request by itself. */
import { all, sameAs } from './rules.js';
import type { RowRule, RowStep } from './step.js';
import { type Rows, rows, type Size } from './value.js';

/** The whole first dimension is one image, sentence or table each; weights are constant. */
const BY_FIRST_AXIS = 'Conv ConvInteger ConvTranspose QLinearConv';
const POOLING = 'AveragePool GlobalAveragePool GlobalLpPool GlobalMaxPool LpPool MaxPool';

export const NETWORK_RULES: Readonly<Record<string, RowRule>> = {
  ...all(BY_FIRST_AXIS, convolution),
  ...all(POOLING, pooling),
  ...all('GRU LSTM RNN', recurrence),
  BatchNormalization: batchNormalization,
  Dropout: (step) => (step.has(2) ? undefined : maskedAs(step.rows(0))),
  InstanceNormalization: (step) => (step.areConstant(1) ? byFirstAxis(step) : undefined),
  LRN: byFirstAxis,
  LayerNormalization: layerNormalization,
};

function maskedAs(value: Rows | undefined): readonly Rows[] | undefined {
  return value === undefined ? undefined : [value, value];
}

function byFirstAxis(step: RowStep): ReturnType<RowRule> {
  return step.rows(0)?.axis === 0 ? sameAs(step.rows(0)) : undefined;
}

function layerNormalization(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value === undefined || !step.areConstant(1) || step.node.outputs.length > 1) return undefined;
  const axis = step.axis(value.shape.length, -1);
  return axis !== undefined && axis > value.axis ? [value] : undefined;
}

/** While it serves, its means are constants. */
function batchNormalization(step: RowStep): ReturnType<RowRule> {
  const isServing = step.version >= 7 && step.integer('training_mode', 0) === 0;
  if (!isServing || step.node.outputs.length > 1 || !step.areConstant(1)) return undefined;
  return step.rows(0)?.axis === 0 ? sameAs(step.rows(0)) : undefined;
}

function convolution(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  if (value?.axis !== 0 || !step.areConstant(1)) return undefined;
  return [
    rows(
      value.shape.map(() => undefined),
      0,
    ),
  ];
}

function pooling(step: RowStep): ReturnType<RowRule> {
  const value = step.rows(0);
  // The second output of MaxPool counts through all rows.
  if (value?.axis !== 0 || value.shape.length < 3 || step.node.outputs.length > 1) return undefined;
  const isGlobal = step.node.op.startsWith('Global');
  return [
    rows(
      value.shape.map((size, at) => (at === 1 ? size : isGlobal ? 1 : undefined)),
      0,
    ),
  ];
}

/** A series for each row, side by side behind the axis of time; states begin at nothing. */
function recurrence(step: RowStep): ReturnType<RowRule> {
  const series = step.rows(0);
  const isLaidOut =
    series?.axis === 1 && series.shape.length === 3 && step.integer('layout', 0) === 0;
  const haveWeights = [1, 2, 3].every((at) => !step.has(at) || step.input(at)?.kind === 'constant');
  const begin = [5, 6].every((at) => !step.has(at) || step.rows(at)?.axis === 1);
  if (!isLaidOut || !haveWeights || step.has(4) || step.has(7) || !begin) return undefined;
  const hidden: Size = step.integer('hidden_size', 0);
  const directions = step.text('direction', 'forward') === 'bidirectional' ? 2 : 1;
  const last = rows([directions, undefined, hidden], 1);
  return [rows([series.shape[0], directions, undefined, hidden], 2), last, last];
}
