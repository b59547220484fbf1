import { describe, expect, test } from 'vitest';
import type { Model } from '../../../../src/model/model.js';
import { describeModel } from '../../../../src/worker/life/model-report.js';

const MODEL: Model = {
  kind: 'instances',
  name: 'wine',
  version: '2',
  runtime: 'module',
  isLatest: true,
  labels: [],
  isRetryable: true,
  run() {},
  dispose: async () => {},
};

const TIMES = { loadMs: 1, warmupMs: 2 };

function report(told: Partial<Model>, plan = 'wine') {
  const model = { ...MODEL, ...told } as Model;
  return describeModel(model, { plan, ...TIMES }, [model], undefined);
}

describe('what the master is told of a model', () => {
  test('is plain data', () => {
    const told = report({});
    expect(told).toMatchObject({ name: 'wine', version: '2', isDefault: true, ...TIMES });
    expect(JSON.parse(JSON.stringify(told))).toEqual(told);
    expect(told).not.toHaveProperty('plan');
  });

  test('names the plan of a model that its module calls otherwise', () => {
    expect(report({ name: 'red' })).toMatchObject({ name: 'red', plan: 'wine' });
  });

  test('has the place of its routes, of the latest version only', () => {
    const routes = { prefix: '/wine', plugin: () => {} };
    expect(report({ routes }).routes).toEqual({ prefix: '/wine' });
    expect(report({ routes: { ...routes, retry: false } }).routes).toEqual({
      prefix: '/wine',
      retry: false,
    });
    expect(report({ routes: { ...routes, isAlone: true } }).routes).toEqual({
      prefix: '/wine',
      isAlone: true,
    });
    expect(report({ routes, isLatest: false })).not.toHaveProperty('routes');
  });
});
