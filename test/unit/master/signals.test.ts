import { expect, test } from 'vitest';
import { onSignals, SIGNAL_ACTIONS } from '../../../src/master/signals.js';

test('every signal is passed on with its action, until the handlers are taken off', () => {
  const signals = Object.keys(SIGNAL_ACTIONS) as NodeJS.Signals[];
  const before = signals.map((signal) => process.listenerCount(signal));
  const seen: string[][] = [];
  const off = onSignals((signal, action) => seen.push([signal, action]));
  for (const signal of signals) process.listeners(signal).at(-1)?.(signal);
  expect(seen).toEqual(Object.entries(SIGNAL_ACTIONS));
  off();
  expect(signals.map((signal) => process.listenerCount(signal))).toEqual(before);
});
