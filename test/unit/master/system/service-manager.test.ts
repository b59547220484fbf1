import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readServiceManagement } from '../../../../src/config/sources/service-management.js';
import { ServiceManager } from '../../../../src/master/system/service-manager.js';

const READY = ['READY=1', 'STATUS=serving'];
const RELOADING = ['RELOADING=1', 'MONOTONIC_USEC=7', 'STATUS=reloading'];
const STOPPING = ['STOPPING=1', 'STATUS=answering what was accepted'];

let sent: (readonly string[])[];
let warnings: string[];

function manager(
  send = async (lines: readonly string[]) => {
    sent.push(lines);
  },
  watchdogMs?: number,
): ServiceManager {
  const log = { warn: ({ reason }: { reason: string }) => void warnings.push(reason) };
  const parts = { log: log as never, send, monotonicMicros: () => 7n };
  return new ServiceManager({ watchdogMs }, parts);
}

beforeEach(() => {
  vi.useFakeTimers();
  sent = [];
  warnings = [];
});

afterEach(() => {
  vi.useRealTimers();
});

const soon = () => vi.advanceTimersByTimeAsync(0);

describe('what systemd is told', () => {
  test('ready once, each reload, and stopping once, in this order', async () => {
    const one = manager();
    one.reloading(); // before it is ready there is nothing to reload
    one.ready();
    one.ready();
    one.reloading();
    one.reloading();
    one.ready(); // workers come and go in a reload
    one.reloaded();
    one.reloaded();
    one.stopping();
    one.stopping();
    one.reloading();
    one.reloaded();
    await soon();
    expect(sent).toEqual([READY, RELOADING, READY, STOPPING]);
  });

  test('who the server is from now on', async () => {
    const one = manager();
    one.mainPid(77);
    one.stopping();
    await soon();
    expect(sent).toEqual([['MAINPID=77']]);
  });

  test('one thing after the other, however long each takes', async () => {
    let release = (): void => {};
    const one = manager((lines) => {
      sent.push(lines);
      return new Promise((resolve) => {
        release = resolve;
      });
    });
    one.ready();
    one.stopping();
    await soon();
    expect(sent).toEqual([READY]);
    release();
    await soon();
    expect(sent).toEqual([READY, STOPPING]);
  });

  test('that it lives, twice in each time, and not once more than it hears', async () => {
    const one = manager(undefined, 1000);
    await vi.advanceTimersByTimeAsync(1600);
    expect(sent).toEqual([['WATCHDOG=1'], ['WATCHDOG=1'], ['WATCHDOG=1']]);
    await one.close();
    await vi.advanceTimersByTimeAsync(5000);
    expect(sent).toHaveLength(3);
  });

  test('nothing where nobody wants to know', async () => {
    const one = new ServiceManager(undefined, {
      log: { warn: () => {} },
      send: async (lines) => void sent.push(lines),
    });
    one.ready();
    one.stopping();
    await soon();
    expect(sent).toEqual([]);
  });
});

test('without the program for it one line of the log says so, and no more is tried', async () => {
  let tries = 0;
  const one = manager(async () => {
    tries += 1;
    throw Object.assign(new Error('spawn'), { code: 'ENOENT' });
  }, 1000);
  one.ready();
  one.stopping();
  await vi.advanceTimersByTimeAsync(5000);
  expect(tries).toBe(1);
  expect(warnings).toEqual(['there is no program systemd-notify']);
});

test('a message that fails is told once, and the next one is tried', async () => {
  let tries = 0;
  const one = manager(async () => {
    tries += 1;
    throw new Error('Failed to notify');
  });
  one.ready();
  one.stopping();
  await soon();
  expect(tries).toBe(2);
  expect(warnings).toEqual(['Failed to notify']);
});

test.each([
  [{}, undefined],
  [{ NOTIFY_SOCKET: '' }, undefined],
  [{ NOTIFY_SOCKET: '/run/n' }, { watchdogMs: undefined }],
  [{ NOTIFY_SOCKET: '@n', WATCHDOG_USEC: '30000000' }, { watchdogMs: 30_000 }],
  [{ NOTIFY_SOCKET: '@n', WATCHDOG_USEC: '2000000', WATCHDOG_PID: '9' }, { watchdogMs: 2000 }],
  [{ NOTIFY_SOCKET: '@n', WATCHDOG_USEC: '2000', WATCHDOG_PID: '8' }, { watchdogMs: undefined }],
  [{ NOTIFY_SOCKET: '@n', WATCHDOG_USEC: 'x' }, { watchdogMs: undefined }],
])('the environment %j', (env, management) => {
  expect(readServiceManagement(env, 9)).toEqual(management);
});
