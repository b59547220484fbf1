import { choice, type Form, record, simple } from '../settings/form.js';

/** `options` of a model of trees in its `forkcast.json`. */
export type TreeOptions = {
  /** What is answered: predictions, raw scores, or the leaf that each tree leads to. */
  readonly output?: Output;
  /** What counts as missing beside NaN and `null`. */
  readonly missing?: number;
};

export type Output = 'prediction' | 'margin' | 'leaf';

const output: Form<Output> = choice<Output>(['prediction', 'margin', 'leaf']);

const missing: Form<number> = simple('a number', { type: 'number' }, (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined,
);

/** What models of trees take, whoever has trained them. */
export const TREE_FORMS: { readonly output: Form<Output>; readonly missing: Form<number> } = {
  output,
  missing,
};

const TREE_OPTIONS: Form<TreeOptions> = record<TreeOptions>(TREE_FORMS, 'an object of options');

/** @throws Error with every fault */
export function treeOptions(options: unknown): TreeOptions {
  return readOptions(TREE_OPTIONS, options);
}

/** @throws Error with every fault */
export function readOptions<T extends object>(form: Form<T>, options: unknown = {}): T {
  const faults: string[] = [];
  const taken = form.read(options, 'options', faults);
  if (taken === undefined) throw new Error(faults.join(' '));
  return taken;
}
