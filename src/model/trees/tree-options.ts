import { choice, type Form, record, simple } from '../settings/form.js';
import type { Rounds } from './xgboost-attributes.js';

/** `options` of a model of trees in its `forkcast.json`. */
export type TreeOptions = {
  /** What is answered: predictions, raw scores, or the leaf that each tree leads to. */
  readonly output?: Output;
  /** What counts as missing beside NaN and `null`. */
  readonly missing?: number;
};

export type XgboostOptions = TreeOptions & {
  /** Rounds of boosting that count. */
  readonly rounds?: Rounds;
};

export type Output = 'prediction' | 'margin' | 'leaf';

const SHARED = {
  output: choice<Output>(['prediction', 'margin', 'leaf']),
  missing: simple('a number', { type: 'number' }, (value) =>
    typeof value === 'number' && Number.isFinite(value) ? value : undefined,
  ),
};

const TREE_OPTIONS: Form<TreeOptions> = record<TreeOptions>(SHARED, 'an object of options');
const XGBOOST_OPTIONS: Form<XgboostOptions> = record<XgboostOptions>(
  { ...SHARED, rounds: choice<Rounds>(['all', 'best']) },
  'an object of options',
);

/** @throws Error with every fault */
export function treeOptions(options: unknown): TreeOptions {
  return read(TREE_OPTIONS, options);
}

/** @throws Error with every fault */
export function xgboostOptions(options: unknown): XgboostOptions {
  return read(XGBOOST_OPTIONS, options);
}

function read<T extends object>(form: Form<T>, options: unknown = {}): T {
  const faults: string[] = [];
  const taken = form.read(options, 'options', faults);
  if (taken === undefined) throw new Error(faults.join(' '));
  return taken;
}
