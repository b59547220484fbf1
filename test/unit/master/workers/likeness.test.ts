import { describe, expect, it, test } from 'vitest';
import {
  type Generation,
  holdingOf,
  makeGeneration,
} from '../../../../src/master/workers/generation.js';
import { holdAlike } from '../../../../src/master/workers/likeness.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { FIRST, planOf } from '../generations-of-test.js';
import { served } from '../served-model.js';

type Looks = Readonly<Record<string, string>>;

function generation(looks: Looks, models: readonly ModelPlan[], before?: Generation): Generation {
  const wanted = { models, defaultModel: 'a', fingerprints: new Map(Object.entries(looks)) };
  return makeGeneration(wanted, before === undefined ? 1 : 2, 2, FIRST, before);
}

const BOTH = [planOf('a'), planOf('b')];

/** Two workers: before a change of the models' files, and after it. */
function holders(before: Looks, after: Looks, models = [served('a'), served('b')], plans = BOTH) {
  const first = generation(before, plans);
  const next = generation(after, plans, first);
  return [
    { holding: holdingOf(first, 0), models },
    { holding: holdingOf(next, 1), models },
  ] as const;
}

test('workers that hold the same hold each model alike', () => {
  const [one, other] = holders({ a: 'x', b: 'y' }, { a: 'x', b: 'y' });
  expect(holdAlike(one, other, 'a/1')).toBe(true);
});

describe('while models are exchanged', () => {
  const [one, other] = holders({ a: 'x', b: 'y' }, { a: 'x', b: 'z' });

  it('is alike what was not exchanged', () => {
    expect(holdAlike(one, other, 'a/1')).toBe(true);
  });

  it('is not alike what was, though its version is the same', () => {
    expect(holdAlike(one, other, 'b/1')).toBe(false);
  });

  it('is not alike what nobody has', () => {
    expect(holdAlike(one, other, 'a/2')).toBe(false);
    expect(holdAlike(one, other, 'c/1')).toBe(false);
  });
});

test('a model is what the module was that gave it', () => {
  const models = [served('sum', { plan: 'a' }), served('b')];
  const [one, other] = holders({ a: 'x', b: 'y' }, { a: 'x', b: 'z' }, models);
  expect(holdAlike(one, other, 'sum/1')).toBe(true);
  const [before, after] = holders({ a: 'x', b: 'y' }, { a: 'w', b: 'y' }, models);
  expect(holdAlike(before, after, 'sum/1')).toBe(false);
});

test('of a pipeline nobody can tell unless all is the same: what it runs lies elsewhere', () => {
  const models = [served('a', { runtime: 'pipeline' }), served('b')];
  const [one, other] = holders({ a: 'x', b: 'y' }, { a: 'x', b: 'z' }, models);
  expect(holdAlike(one, other, 'a/1')).toBe(false);
  const [same, again] = holders({ a: 'x', b: 'y' }, { a: 'x', b: 'y' }, models);
  expect(holdAlike(same, again, 'a/1')).toBe(true);
});
