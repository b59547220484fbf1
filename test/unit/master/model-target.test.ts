import { describe, expect, test } from 'vitest';
import { ModelTargets } from '../../../src/master/model-target.js';
import type { ModelDescription } from '../../../src/model/description.js';

function model(name: string, more: Partial<ModelDescription> = {}): ModelDescription {
  const times = { loadMs: 1, warmupMs: 1 };
  return {
    name,
    version: '1',
    runtime: 'module',
    isDefault: false,
    isLatest: true,
    labels: [],
    isRetryable: true,
    ...times,
    ...more,
  };
}

const OTHER = { group: 'other', isRetryable: true, timeoutMs: 30_000 };
const MINE = { group: 'mine', isRetryable: true, timeoutMs: 30_000 };
const ONCE = { group: 'once', isRetryable: false, timeoutMs: 500 };

function targets(models: ModelDescription[]): ModelTargets {
  const made = new ModelTargets(30_000);
  made.learn(models);
  return made;
}

describe('with two models', () => {
  const known = targets([
    model('mine', { isDefault: true }),
    model('once', { isRetryable: false, timeoutMs: 500 }),
  ]);

  test.each([
    ['/predict', MINE],
    ['/v1/models/mine:predict', MINE],
    ['/v1/models/once:predict', ONCE],
    ['/v1/models/once/versions/1:predict', ONCE],
    ['/v1/models/once/metadata', ONCE],
    ['/v1/models/unknown:predict', OTHER],
    ['/v1/models/', OTHER],
    ['/v1/models', OTHER],
    ['/v1/modelsmine', OTHER],
    ['/predict/', OTHER],
    ['/x/v1/models/mine', OTHER],
    ['/v1/models/__proto__:predict', OTHER],
    ['*', OTHER],
  ])('%s', (path, target) => {
    expect(known.find(path)).toEqual(target);
  });
});

test('before a worker has told, every path is other', () => {
  expect(new ModelTargets(30_000).find('/predict')).toEqual(OTHER);
});

test('without a default model, /predict is other', () => {
  expect(targets([model('a'), model('b')]).find('/predict')).toEqual(OTHER);
});

test('a later worker’s word replaces the earlier one’s', () => {
  const known = targets([model('old', { isDefault: true })]);
  known.learn([model('new')]);
  expect(known.find('/v1/models/old:predict')).toEqual(OTHER);
  expect(known.find('/predict')).toEqual(OTHER);
  expect(known.find('/v1/models/new:predict').group).toBe('new');
});
