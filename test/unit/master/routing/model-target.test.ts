import { describe, expect, test } from 'vitest';
import { ModelTargets } from '../../../../src/master/routing/model-target.js';
import type { ServedModel } from '../../../../src/model/description.js';
import { served } from '../served-model.js';

const LIMITS = { timeoutMs: 30_000, queueTimeoutMs: 5000, streamTimeoutMs: undefined };
const OTHER = { ...LIMITS, key: '', group: 'other', model: 'other', isRetryable: true };
const MINE = { ...LIMITS, key: 'mine', group: 'mine/1', model: 'mine', isRetryable: true };
const OWN = { timeoutMs: 500, queueTimeoutMs: 70, streamTimeoutMs: 9000 };
const ONCE = { ...OWN, key: 'once', group: 'once/1', model: 'once', isRetryable: false };

function targets(models: ServedModel[]): ModelTargets {
  const made = new ModelTargets(LIMITS);
  made.learn(models);
  return made;
}

describe('with two models', () => {
  const known = targets([
    served('mine', { isDefault: true }),
    served('once', { isRetryable: false, ...OWN }),
  ]);

  test.each([
    ['/predict', MINE],
    ['/v1/models/mine:predict', MINE],
    ['/v1/models/mine%3Apredict', MINE],
    ['/v1/models/once:predict', ONCE],
    ['/v1/models/once/versions/1:predict', { ...ONCE, key: 'once/1' }],
    ['/v1/models/once/versions/2:predict', ONCE],
    ['/v1/models/once/labels/none:predict', ONCE],
    ['/v1/models/once:classify', ONCE],
    ['/v2/models/once/infer', ONCE],
    ['/v2/models/once/versions/1/infer', { ...ONCE, key: 'once/1' }],
    ['/v2/models/mine/generate', MINE],
    ['/v2/models/unknown/infer', OTHER],
    ['/v1/models/unknown:predict', OTHER],
    ['/v1/models/', OTHER],
    ['/v1/models', OTHER],
    ['/v1/modelsmine', OTHER],
    ['/predict/', OTHER],
    ['/x/v1/models/mine', OTHER],
    ['/v1/models/__proto__:predict', OTHER],
    ['/v1/models/once%2Fversions%2F1:predict', OTHER],
    ['*', OTHER],
  ])('%s', (path, target) => {
    expect(known.find(path, 'POST')).toEqual(target);
    expect(known.find(path, 'POST')).toEqual(target);
  });
});

describe('versions and labels', () => {
  const known = targets([
    served('m', { version: '1', isLatest: false, labels: ['stable'], timeoutMs: 10 }),
    served('m', { version: '2', isLatest: true, labels: ['canary'], timeoutMs: 20 }),
  ]);

  test.each([
    ['/v1/models/m:predict', 'm', 'm/2', 20],
    ['/v1/models/m/versions/1:predict', 'm/1', 'm/1', 10],
    ['/v1/models/m/versions/2:predict', 'm/2', 'm/2', 20],
    ['/v1/models/m/labels/stable:predict', 'm:stable', 'm/1', 10],
    ['/v1/models/m/labels/canary:predict', 'm:canary', 'm/2', 20],
    ['/v2/models/m/versions/1/infer', 'm/1', 'm/1', 10],
  ])('%s', (path, key, group, timeoutMs) => {
    expect(known.find(path, 'POST')).toMatchObject({ key, group, timeoutMs });
  });

  test('what can be asked for is told, and what is learned of', () => {
    expect([...known.keys].sort()).toEqual(['', 'm', 'm/1', 'm/2', 'm:canary', 'm:stable']);
    const groups = ['m/1', 'm/2', 'm/2 /models/m', 'other'];
    expect([...known.groups].sort()).toEqual(groups);
  });
});

describe('while one version follows another', () => {
  const old = served('m', { version: '1', labels: ['stable'] });
  const next = served('m', { version: '2', labels: ['stable'] });

  test('that loads, the one that serves is meant', () => {
    const known = targets([old, { ...next, state: 'LOADING' }]);
    expect(known.find('/v1/models/m:predict', 'POST').group).toBe('m/1');
    expect(known.find('/v1/models/m/labels/stable:predict', 'POST').group).toBe('m/1');
    expect(known.find('/v1/models/m/versions/2:predict', 'POST').key).toBe('m/2');
  });

  test('that both serve, the newer one is meant', () => {
    const known = targets([old, next]);
    expect(known.find('/v1/models/m:predict', 'POST').group).toBe('m/2');
    expect(known.find('/v1/models/m/labels/stable:predict', 'POST').group).toBe('m/2');
  });

  test('that goes, the one that stays is meant', () => {
    const known = targets([old, { ...next, state: 'UNLOADING' }]);
    expect(known.find('/v1/models/m:predict', 'POST').group).toBe('m/1');
  });
});

test('before anything is known, every path is other', () => {
  const none = new ModelTargets(LIMITS);
  expect(none.find('/predict', 'POST')).toEqual(OTHER);
  expect([...none.keys, ...none.groups]).toEqual(['', 'other']);
});

test('without a default model, /predict is other', () => {
  expect(targets([served('a'), served('b')]).find('/predict', 'POST')).toEqual(OTHER);
});

test('what was learned later replaces what was known', () => {
  const known = targets([served('old', { isDefault: true })]);
  expect(known.find('/v1/models/old:predict', 'POST').model).toBe('old');
  const { generation } = known;
  known.learn([served('new')]);
  expect(known.generation).not.toBe(generation);
  expect(known.find('/v1/models/old:predict', 'POST')).toEqual(OTHER);
  expect(known.find('/predict', 'POST')).toEqual(OTHER);
  expect(known.find('/v1/models/new:predict', 'POST').group).toBe('new/1');
});

test('more spellings than are remembered change nothing', () => {
  const known = targets([served('m', { isDefault: true })]);
  for (let n = 0; n < 10_000; n += 1) {
    expect(known.find(`/v1/models/m:verb${n}`, 'POST').key).toBe('m');
  }
  expect(known.find('/v1/models/m:predict', 'POST').key).toBe('m');
});

describe('routes that modules bring along', () => {
  const known = targets([
    served('plain'),
    served('once', { plan: 'shop', isRetryable: false, timeoutMs: 500 }),
    served('own', { routes: { prefix: '/api/own' } }),
    served('deep', { routes: { prefix: '/api/own/deep', retry: true } }),
    served('never', { routes: { prefix: '/models/never', retry: false } }),
  ]);

  test.each([
    ['/api/own', 'GET', 'own', true],
    ['/api/own/items/1', 'HEAD', 'own', true],
    ['/api/own/items/1', 'POST', 'own', false],
    ['/api/own/deeper', 'GET', 'own', true],
    ['/api/own/deep', 'POST', 'deep', true],
    ['/api/own/deep/x/y/z', 'DELETE', 'deep', true],
    ['/models/never/x', 'GET', 'never', false],
    ['/models/plain/x', 'GET', 'plain', true],
    ['/models/plain/x', 'PUT', 'plain', false],
    ['/models/shop', 'GET', 'once', true],
    ['/api/owner', 'GET', '', true],
    ['/api', 'GET', '', true],
    ['/models/unknown', 'GET', '', true],
    ['/models', 'GET', '', true],
    ['/', 'GET', '', true],
    ['//api/own', 'GET', '', true],
  ])('%s %s', (path, method, key, isRetryable) => {
    expect(known.find(path, method)).toMatchObject({ key, isRetryable });
  });

  test('have the limits of their model, but run times of their own', () => {
    expect(known.find('/models/shop/x', 'GET')).toMatchObject({ timeoutMs: 500, model: 'once' });
    const { group } = known.find('/api/own/x', 'POST');
    expect(group).not.toBe(known.find('/v1/models/own:predict', 'POST').group);
    expect(known.groups.has(group)).toBe(true);
  });
});

test('limits may be off, of the server and of a model', () => {
  const forEver = Number.POSITIVE_INFINITY;
  const targets = new ModelTargets({ ...LIMITS, timeoutMs: undefined, streamTimeoutMs: 900 });
  targets.learn([
    served('free', { timeoutMs: 0, streamTimeoutMs: 0 }),
    served('bound', { timeoutMs: 20 }),
  ]);
  const limitsOf = (path: string): unknown => {
    const { timeoutMs, streamTimeoutMs } = targets.find(path, 'POST');
    return [timeoutMs, streamTimeoutMs];
  };
  expect(limitsOf('/v1/models/free:predict')).toEqual([forEver, undefined]);
  expect(limitsOf('/v1/models/bound:predict')).toEqual([20, 900]);
  expect(limitsOf('/anything')).toEqual([forEver, 900]);
});
