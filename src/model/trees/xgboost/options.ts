import { choice, type Form, record } from '../../settings/form.js';
import { readOptions, TREE_FORMS, type TreeOptions } from '../tree-options.js';
import type { Rounds } from './attributes.js';

export type XgboostOptions = TreeOptions & {
  /** Rounds of boosting that count. */
  readonly rounds?: Rounds;
};

const XGBOOST_OPTIONS: Form<XgboostOptions> = record<XgboostOptions>(
  { ...TREE_FORMS, rounds: choice<Rounds>(['all', 'best']) },
  'an object of options',
);

/** @throws Error with every fault */
export function xgboostOptions(options: unknown): XgboostOptions {
  return readOptions(XGBOOST_OPTIONS, options);
}
