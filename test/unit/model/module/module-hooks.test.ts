import { expect, test } from 'vitest';
import { readExports } from '../../../../src/model/module/module-exports.js';
import { callWorkerHook, readWorkerHooks } from '../../../../src/model/module/module-hooks.js';

const FACTS = { pid: 1, slot: 0, model: 'm' };
const predict = (): unknown[] => [];

function log() {
  const lines: object[] = [];
  const note = (facts: object): void => void lines.push(facts);
  return { lines, logger: { info: note, warn: note, error: note } };
}

test('hooks are no models, exported or in a definition', () => {
  const onRetire = (): void => {};
  const exported = readExports({ predict, onRetire, onWorkerBoot: onRetire });
  expect(exported.models).toHaveLength(1);
  expect(exported.hooks).toEqual({ onRetire, onWorkerBoot: onRetire });
  expect(readExports({ default: { predict, onRetire } }).hooks).toEqual({ onRetire });
  expect(readExports({ predict }).hooks).toBeUndefined();
});

test('one that is no function is a fault', () => {
  expect(() => readWorkerHooks(() => 5)).toThrow('onWorkerBoot: expected a function, got 5');
});

test('one that throws, at once or later, is logged', async () => {
  const { lines, logger } = log();
  const error = new Error('no');
  const throws = (): never => {
    throw error;
  };
  const call = { logger, limitMs: 1000 };
  await callWorkerHook({ onRetire: throws }, 'onRetire', FACTS, call);
  await callWorkerHook({ onRetire: async () => throws() }, 'onRetire', FACTS, call);
  const line = { hook: 'onRetire', err: error };
  expect(lines).toEqual([line, line]);
});

test('one that never ends is waited for no longer than its limit', async () => {
  const { lines, logger } = log();
  const hooks = { onRetire: () => new Promise(() => {}) };
  await callWorkerHook(hooks, 'onRetire', FACTS, { logger, limitMs: 1 });
  expect(lines).toEqual([{ hook: 'onRetire', limitMs: 1 }]);
});
