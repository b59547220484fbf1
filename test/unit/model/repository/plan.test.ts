import { expect, test } from 'vitest';
import { plannedModels } from '../../../../src/model/repository/plan.js';

test('a planned model is described by its settings, without a signature', () => {
  const only = { isLatest: true, labels: [] };
  const models = [
    { name: 'a', version: '2', runtime: 'onnx', file: '/a', retry: false, timeoutMs: 250, ...only },
    { name: 'b', version: '1', runtime: 'module', file: '/b', ...only },
  ] as const;
  expect(plannedModels({ models, defaultModel: 'a' })).toEqual([
    {
      name: 'a',
      version: '2',
      runtime: 'onnx',
      isDefault: true,
      ...only,
      isRetryable: false,
      timeoutMs: 250,
      loadMs: 0,
      warmupMs: 0,
    },
    {
      name: 'b',
      version: '1',
      runtime: 'module',
      isDefault: false,
      ...only,
      isRetryable: true,
      loadMs: 0,
      warmupMs: 0,
    },
  ]);
});

test('of several versions the latest answers POST /predict', () => {
  const one = { name: 'a', runtime: 'onnx', file: '/a', labels: [] } as const;
  const models = [
    { ...one, version: '9', isLatest: false },
    { ...one, version: '10', isLatest: true },
  ];
  const described = plannedModels({ models, defaultModel: 'a' });
  expect(described.map(({ isDefault }) => isDefault)).toEqual([false, true]);
});
