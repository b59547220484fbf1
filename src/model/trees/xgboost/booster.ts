import type { Values } from '../block.js';
import type { Fields } from '../fields.js';
import { type BoosterForm, readForest } from './forest.js';
import { LinearWeights } from './linear.js';

/** What adds to the margins. */
export type Booster = {
  readonly trees: number;
  addTo(sums: Values, values: Values, rows: number): void;
  leaves(values: Values, rows: number): Int32Array;
};

type Form = Omit<BoosterForm, 'weights'>;

const READERS: Readonly<Record<string, (booster: Fields, form: Form) => Booster>> = {
  gbtree: (booster, form) => trees(booster, form, undefined),
  dart: (booster, form) => trees(booster.fields('gbtree'), form, booster.numbers('weight_drop')),
  gblinear: linear,
};

/** @param booster `learner.gradient_booster` */
export function readBooster(booster: Fields, form: Form): Booster {
  const name = booster.text('name');
  const read = Object.hasOwn(READERS, name) ? READERS[name] : undefined;
  if (read !== undefined) return read(booster, form);
  const known = Object.keys(READERS).join(', ');
  throw booster.fault('name', `expected one of ${known}, got ${JSON.stringify(name)}`);
}

function trees(booster: Fields, form: Form, weights: BoosterForm['weights']): Booster {
  const forest = readForest(booster.fields('model'), { ...form, weights });
  return {
    trees: forest.treeCount,
    addTo: (sums, values, rows) => forest.addTo(sums, form.margins, values, rows),
    leaves: (values, rows) => forest.leaves(values, rows),
  };
}

function linear(booster: Fields, { features, margins }: Form): Booster {
  const given = booster.fields('model').numbers('weights');
  const weights = new LinearWeights(given, features, margins);
  return {
    trees: 0,
    addTo: (sums, values, rows) => weights.addTo(sums, values, rows),
    leaves: () => new Int32Array(0),
  };
}
