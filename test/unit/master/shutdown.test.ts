// In which order a server is taken down, over rooms that only say what they were told.
import { beforeEach, describe, expect, test } from 'vitest';
import type { ClientRequest } from '../../../src/master/client-request.js';
import { Shutdown } from '../../../src/master/shutdown.js';
import { capturedLog, type LogLine } from './captured-log.js';

const DRAIN_IDLE_MS = 2000;
const GRACEFUL_TIMEOUT_MS = 30_000;

let told: string[];
let nowMs: number;
let drainDelayMs: number;
let front: { openConnections: number };
let unanswered: ClientRequest[];
/** What was said before it stopped to listen. */
let saidBefore: LogLine[];
let lines: () => LogLine[];
let shutdown: Shutdown;

beforeEach(() => {
  told = [];
  nowMs = 0;
  drainDelayMs = 0;
  unanswered = [];
  const tell = (what: string) => (): void => void told.push(what);
  const rooms = {
    openConnections: 0,
    closeIdle: tell('close idle'),
    closeAll: tell('close all'),
    refuseArriving: tell('refuse arriving'),
  };
  front = rooms;
  const captured = capturedLog();
  ({ lines } = captured);
  const stopListening = tell('stop listening');
  shutdown = new Shutdown({
    front: rooms,
    listeners: {
      close: () => {
        saidBefore = lines();
        stopListening();
      },
    },
    dispatcher: {
      depth: 0,
      inFlight: 0,
      get isIdle() {
        return unanswered.length === 0;
      },
      unanswered: () => unanswered.values() as Generator<ClientRequest, void, undefined>,
      refuseAll: ({ code }) => told.push(`refuse all ${code}`),
    },
    supervisor: {
      stop: async () => void told.push('workers leave'),
      killAll: async () => void told.push('workers killed'),
    },
    log: captured.log,
    gracefulTimeoutMs: GRACEFUL_TIMEOUT_MS,
    get drainDelayMs() {
      return drainDelayMs;
    },
    drainIdleMs: DRAIN_IDLE_MS,
    now: () => nowMs,
    leavingService: tell('no more control'),
    atRest: tell('at rest'),
    stopped: (exitCode) => told.push(`stopped ${exitCode}`),
  });
});

function tickAt(ms: number): void {
  nowMs = ms;
  shutdown.tick();
}

async function untilStopped(): Promise<void> {
  await expect.poll(() => shutdown.state).toBe('stopped');
}

describe('draining', () => {
  test('is over at once when nobody is there: workers leave, exit code 0', async () => {
    shutdown.drain();
    await untilStopped();
    expect(told).toEqual([
      'stop listening',
      'no more control',
      'close all',
      'workers leave',
      'stopped 0',
    ]);
  });

  test('is said when nobody can connect any more', () => {
    shutdown.drain();
    expect(saidBefore).toEqual([]);
    expect(lines().map(({ msg }) => msg)).toEqual(['draining']);
  });

  test('closes idle connections only after the drain idle time', async () => {
    front.openConnections = 1;
    shutdown.drain();
    tickAt(DRAIN_IDLE_MS - 1);
    expect(told).toEqual(['stop listening', 'no more control']);
    tickAt(DRAIN_IDLE_MS);
    expect(told).toEqual(['stop listening', 'no more control', 'close idle']);
    front.openConnections = 0;
    tickAt(DRAIN_IDLE_MS + 1);
    await untilStopped();
    expect(told.slice(-3)).toEqual(['close all', 'workers leave', 'stopped 0']);
  });

  test('past its grace refuses who is left, kills the workers, and exits with 1', async () => {
    unanswered = [{} as ClientRequest];
    shutdown.drain();
    tickAt(GRACEFUL_TIMEOUT_MS - 1);
    expect(shutdown.state).toBe('draining');
    tickAt(GRACEFUL_TIMEOUT_MS);
    await untilStopped();
    expect(told).toEqual([
      'stop listening',
      'no more control',
      'close idle',
      'close idle',
      'refuse all DRAINING',
      'refuse arriving',
      'close all',
      'workers killed',
      'stopped 1',
    ]);
  });

  test('past its grace with open connections only exits with 0', async () => {
    front.openConnections = 1;
    shutdown.drain();
    tickAt(GRACEFUL_TIMEOUT_MS);
    front.openConnections = 0;
    await untilStopped();
    expect(told.slice(-2)).toEqual(['workers leave', 'stopped 0']);
  });

  test('asked again is a quick stop', async () => {
    unanswered = [{} as ClientRequest];
    shutdown.drain();
    shutdown.drain();
    await untilStopped();
    expect(told.at(-1)).toBe('stopped 0');
    expect(told.filter((what) => what === 'stop listening')).toHaveLength(1);
  });
});

describe('the drain delay', () => {
  const DELAY_MS = 5000;
  const delayed = (): void => {
    drainDelayMs = DELAY_MS;
    shutdown.drain();
  };

  test('comes first: not ready, but accepting, however idle', () => {
    delayed();
    tickAt(DELAY_MS - 1);
    expect(told).toEqual(['no more control']);
    expect(shutdown).toMatchObject({ state: 'drain delay', isServing: false, isAccepting: true });
  });

  test('then all goes as ever, with the idle time from there on', async () => {
    front.openConnections = 1;
    delayed();
    tickAt(DELAY_MS);
    expect(shutdown).toMatchObject({ state: 'draining', isAccepting: false });
    tickAt(DELAY_MS + DRAIN_IDLE_MS - 1);
    expect(told).toEqual(['no more control', 'stop listening']);
    tickAt(DELAY_MS + DRAIN_IDLE_MS);
    expect(told.at(-1)).toBe('close idle');
    front.openConnections = 0;
    tickAt(DELAY_MS + DRAIN_IDLE_MS + 1);
    await untilStopped();
    expect(told.at(-1)).toBe('stopped 0');
  });

  test('is a part of the graceful timeout', async () => {
    unanswered = [{} as ClientRequest];
    delayed();
    tickAt(DELAY_MS);
    tickAt(GRACEFUL_TIMEOUT_MS);
    await untilStopped();
    expect(told.at(-1)).toBe('stopped 1');
  });

  test.each([
    ['a second signal', () => shutdown.drain(), 'stopped 0'],
    ['a quick stop', () => shutdown.quick(), 'stopped 0'],
    ['that the server gives up', () => shutdown.abandon(12, 'no workers'), 'stopped 12'],
  ])('is cut short by %s', async (_what, act, end) => {
    delayed();
    act();
    await untilStopped();
    expect(told.filter((what) => what === 'no more control')).toHaveLength(1);
    expect(told).toContain('stop listening');
    expect(told.at(-1)).toBe(end);
  });
});

test('abandoning says why to everybody who waits, once', async () => {
  shutdown.abandon(12, 'giving up');
  shutdown.abandon(1, 'again');
  await untilStopped();
  expect(told).toEqual([
    'stop listening',
    'no more control',
    'refuse all NO_WORKERS',
    'refuse arriving',
    'close all',
    'workers killed',
    'stopped 12',
  ]);
});

test('a quick stop asked for twice does not wait for connections', async () => {
  front.openConnections = 1;
  shutdown.quick();
  expect(told).not.toContain('close all');
  shutdown.quick();
  expect(told).toContain('close all');
  await untilStopped(); // the clock stands still: a wait would never end
});

describe('resting', () => {
  test('takes no connections, ends those that are there, and sends the workers away once', () => {
    front.openConnections = 1;
    shutdown.rest();
    tickAt(DRAIN_IDLE_MS);
    expect(told).toEqual(['stop listening', 'close idle']);
    front.openConnections = 0;
    tickAt(DRAIN_IDLE_MS + 1);
    tickAt(DRAIN_IDLE_MS + 2);
    expect(told.slice(2)).toEqual(['close idle', 'at rest']);
    expect([shutdown.state, shutdown.isServing]).toEqual(['resting', false]);
  });

  test('past its grace refuses what is unanswered', () => {
    unanswered = [{} as ClientRequest];
    shutdown.rest();
    tickAt(GRACEFUL_TIMEOUT_MS);
    expect(told.slice(-3)).toEqual(['refuse all DRAINING', 'refuse arriving', 'at rest']);
  });

  test('is over when it is to serve again, and may come again', () => {
    shutdown.rest();
    shutdown.resume();
    expect(shutdown.isServing).toBe(true);
    shutdown.rest();
    expect(told.filter((what) => what === 'at rest')).toHaveLength(2);
  });

  test('is no hurry for a drain that follows', async () => {
    front.openConnections = 1;
    shutdown.rest();
    shutdown.drain();
    expect(shutdown.state).toBe('draining');
    front.openConnections = 0;
    tickAt(1);
    await untilStopped();
    expect(told.slice(-3)).toEqual(['close all', 'workers leave', 'stopped 0']);
    expect(told).toContain('no more control');
  });
});
