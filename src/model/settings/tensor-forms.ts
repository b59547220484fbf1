/** `inputs` and `outputs` of `forkcast.json`: what a model's file does not say, or says otherwise. */

import { isObject } from '../../config/json-object.js';
import { DTYPES } from '../tensor/dtype.js';
import type { TensorSpec } from '../tensor/signature.js';
import type { Dtype } from '../tensor/tensor.js';
import { choice, either, type Form, flag, listOf, mapOf, record, simple, text } from './form.js';

/** One input or output. What is absent stays as the model's file says it. */
export type TensorOverride = Partial<Omit<TensorSpec, 'name' | 'hasAnyShape'>> & {
  /** What the model's file calls it; absent: the same. */
  readonly from?: string;
};

/** By the name under which clients know it. */
export type TensorOverrides = Readonly<Record<string, TensorOverride>>;

const LARGEST_SIZE = 2 ** 31 - 1;

const name: Form<string> = text('a name: 1 to 256 characters', /^[\s\S]{1,256}$/);

const dtype: Form<Dtype> = choice(DTYPES);

const size: Form<number> = simple(
  'a size from 1 on, or -1 where it is free',
  { type: 'integer', anyOf: [{ const: -1 }, { minimum: 1, maximum: LARGEST_SIZE }] },
  (value) => (value === -1 || isSize(value) ? Number(value) : undefined),
);

const shape: Form<readonly number[]> = listOf(size, 'a list of sizes such as [-1, 4]; -1 is free');

const classLabel: Form<string | number> = simple(
  'a text or a number',
  { type: ['string', 'number'] },
  (value) => (typeof value === 'string' || typeof value === 'number' ? value : undefined),
);

const classLabels: Form<readonly (string | number)[]> = listOf(
  classLabel,
  'a list of texts or numbers: the names of classes or columns, in their order',
);

export const inputOverrides: Form<TensorOverrides> = overrides(
  record<Omit<TensorOverride, 'labels'>>(
    { from: name, dtype, shape, isOptional: flag, takesMissing: flag },
    'an object',
  ),
  'inputs by the names clients use, such as {"age": "X1"} or {"pixels": {"from": "X", "shape": [-1, 64]}}',
);

export const outputOverrides: Form<TensorOverrides> = overrides(
  record<Omit<TensorOverride, 'isOptional' | 'takesMissing'>>(
    { from: name, dtype, shape, labels: classLabels },
    'an object',
  ),
  'outputs by the names clients use, such as {"price": "variable"} or {"class": {"from": "label", "labels": ["cat", "dog"]}}',
);

function overrides(form: Form<TensorOverride>, expected: string): Form<TensorOverrides> {
  const alone: Form<TensorOverride> = {
    ...name,
    read(value, at, faults) {
      const from = name.read(value, at, faults);
      return from === undefined ? undefined : { from };
    },
  };
  const one = either('a name, or an object with settings of it', [
    { fits: (value) => typeof value === 'string', form: alone },
    { fits: isObject, form },
  ]);
  return mapOf(name, one, expected);
}

function isSize(value: unknown): boolean {
  return Number.isInteger(value) && Number(value) >= 1 && Number(value) <= LARGEST_SIZE;
}
