import { describe, expect, test } from 'vitest';
import { liveOptions } from '../../../src/config/live-options.js';
import { settingsChange, takeSettings } from '../../../src/config/live-settings.js';
import { configuration } from './inputs.js';

const read = (...argv: string[]) => ({ ...configuration({ argv: ['models', ...argv] }).settings });

describe('settings that were read anew', () => {
  test('are taken where they can change live, and named where they cannot', () => {
    const now = read();
    const change = settingsChange(
      now,
      read('--timeout', '5s', '--bind', '127.0.0.1:7000', '--pid', '/run/f.pid'),
    );
    expect(change.taken).toEqual(['timeout']);
    expect(change.notTaken.toSorted()).toEqual(['bind', 'pid']);
    expect(change.next).toEqual({ ...now, timeout: 5000 });
  });

  test('and are the same are no change, lists and addresses included', () => {
    const argv = ['--bind', '127.0.0.1:7000,127.0.0.1:7001'];
    const { taken, notTaken } = settingsChange(read(...argv), read(...argv));
    expect([taken, notTaken]).toEqual([[], []]);
  });
});

test('options of a room are the settings as they are when it asks', () => {
  const settings = read();
  const others = { more: 1 };
  const options = liveOptions(settings, { timeoutMs: 'timeout' }, others);
  expect({ ...options }).toEqual({ more: 1, timeoutMs: 30_000 });
  takeSettings(settings, { ...settings, timeout: 5000 });
  expect(options.timeoutMs).toBe(5000);
});
