import { describe, expect, it, test } from 'vitest';
import {
  changesBetween,
  type Generation,
  holdingOf,
  makeGeneration,
  withoutVersion,
} from '../../../../src/master/workers/generation.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { FIRST, planOf } from '../generations-of-test.js';

function generation(
  models: readonly ModelPlan[],
  looks: Record<string, string> = {},
  before?: Generation,
): Generation {
  const fingerprints = new Map(Object.entries(looks));
  return makeGeneration({ models, defaultModel: 'a', fingerprints }, 7, 2, FIRST, before);
}

it('tells how many workers share the CPUs, and replaces none for that', () => {
  const two = generation([planOf('a')]);
  const three = makeGeneration(two, 8, 3, FIRST, two);
  expect([two, three].map((one) => holdingOf(one, 0).workers)).toEqual([2, 3]);
  expect(holdingOf(three, 0).key).toBe(holdingOf(two, 0).key);
});

describe('what a slot holds', () => {
  const now = holdingOf(generation([planOf('a'), planOf('b')], { a: 'x', b: 'y' }), 0);

  test.each<[string, Generation]>([
    [
      'a file that was changed in place',
      generation([planOf('a'), planOf('b')], { a: 'z', b: 'y' }),
    ],
    ['another version', generation([planOf('a', '2'), planOf('b')], { a: 'x', b: 'y' })],
    ['another setting', generation([planOf('a', '1', { timeoutMs: 5 }), planOf('b')])],
    ['one more', generation([planOf('a'), planOf('b'), planOf('c')], { a: 'x', b: 'y' })],
  ])('is something else with %s', (_what, next) => {
    expect(holdingOf(next, 0).key).not.toBe(now.key);
  });

  test('is something else after a reload of everything', () => {
    const { models, defaultModel, fingerprints } = generation([planOf('a')]);
    const [again, renewed] = [0, 1].map((number) =>
      makeGeneration({ models, defaultModel, fingerprints }, 8, 2, { ...FIRST, number }),
    );
    const { key } = holdingOf(generation([planOf('a')]), 0);
    expect(again && holdingOf(again, 0).key).toBe(key);
    expect(renewed && holdingOf(renewed, 0).key).not.toBe(key);
  });

  test('tells how many hold each of it', () => {
    const models = [
      planOf('a'),
      planOf('rare', '1', { workers: 1 }),
      planOf('rare', '2', { workers: 1 }),
    ];
    const made = generation(models);
    const holder = made.placement.get('rare')?.[0] ?? 9;
    expect(holdingOf(made, holder).holders).toEqual({ a: 2, rare: 1 });
    expect(holdingOf(made, 1 - holder).holders).toEqual({ a: 2 });
  });

  test('is the same in a later generation that changes nothing for it', () => {
    const alone = planOf('c', '1', { workers: 1 });
    const both = [planOf('a'), planOf('b')];
    const later = generation([...both, alone], { a: 'x', b: 'y' });
    const holder = later.placement.get('c')?.[0] ?? 9;
    expect(holdingOf(later, 1 - holder).key).toBe(now.key);
    expect(holdingOf(later, holder).key).not.toBe(now.key);
  });
});

test('changes are told by name, and only those there are', () => {
  const before = generation([planOf('a'), planOf('b'), planOf('c')], { c: 'x' });
  const after = generation([planOf('a'), planOf('c'), planOf('d')], { c: 'y' });
  expect(changesBetween(before, after)).toEqual({ added: ['d'], removed: ['b'], changed: ['c'] });
  expect(changesBetween(before, before)).toEqual({});
});

test('without its latest version, the highest that is left of a model is the latest', () => {
  const old = (version: string): ModelPlan => planOf('a', version, { isLatest: false });
  const plans = [old('9'), old('10'), planOf('a', '11'), planOf('b', '11')];
  expect(
    withoutVersion(plans, { name: 'a', version: '11' }).map(
      ({ name, version, isLatest }) => `${name} ${version} ${isLatest}`,
    ),
  ).toEqual(['a 9 false', 'a 10 true', 'b 11 true']);
});
