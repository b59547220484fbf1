// Which master serves when, over rooms and a new master that only say what they were told.
import { beforeEach, describe, expect, test } from 'vitest';
import type { HandedSocket } from '../../../../src/config/sources/handover.js';
import type { ServerState } from '../../../../src/master/shutdown.js';
import type { Successor, SuccessorEvents } from '../../../../src/master/upgrade/successor.js';
import { Upgrade, type UpgradeParts } from '../../../../src/master/upgrade/upgrade.js';
import { capturedLog } from '../captured-log.js';

let told: string[];
let shutdown: { state: ServerState; rest(): void; resume(): void };
let successor: SuccessorEvents;
let workersGo: () => Promise<void>;
let workersComeBack: () => Promise<void>;
let areWorkersComing: boolean;
let nowMs: number;
let mayStart: boolean;
let captured: ReturnType<typeof capturedLog>;
let main: { areShared: boolean };

function tell(what: string): () => void {
  return () => void told.push(what);
}

function port(name: string): UpgradeParts['main'] & { yield(): void } {
  return {
    areShared: false,
    sockets: [{ setting: name, configured: name, address: name, fd: 9 }],
    open: async () => void told.push(`open ${name}`),
    yield: tell(`yield ${name}`),
  };
}

function upgradeOf({ pid = 99, hasPredecessor = false } = {}): Upgrade {
  const ports = { main: port('bind'), admin: port('admin-bind') };
  main = ports.main;
  return new Upgrade({
    ...ports,
    log: captured.log,
    shutdown,
    pid,
    hasPredecessor: () => hasPredecessor,
    start: (sockets, events) => {
      if (!mayStart) throw new Error('spawn ENOMEM');
      successor = events;
      told.push(`start with ${sockets.map(({ setting }) => setting)}`);
      return {
        pid: 100,
        go: tell('go'),
        lend: tell('lend'),
        takeLent: (settings: readonly string[]): HandedSocket[] => {
          told.push(`take ${settings}`);
          return [];
        },
        closeLent: tell('close lent'),
      } as unknown as Successor;
    },
    sendWorkersAway: () => workersGo(),
    bringWorkersBack: () => {
      told.push('workers come');
      return workersComeBack();
    },
    areWorkersComing: () => areWorkersComing,
    now: () => nowMs,
    giveUpAfterMs: 5000,
    fail: ({ exitCode }) => told.push(`failed ${exitCode}`),
  });
}

function messages(): string[] {
  return captured.lines().map(({ msg }) => msg);
}

beforeEach(() => {
  told = [];
  captured = capturedLog();
  areWorkersComing = true;
  mayStart = true;
  nowMs = 0;
  workersGo = async () => void told.push('workers go');
  workersComeBack = async () => {};
  shutdown = {
    state: 'serving',
    rest() {
      this.state = 'resting';
    },
    resume() {
      this.state = 'serving';
    },
  };
});

const EXIT = { code: 0, signal: null, reason: undefined };

/** As far as both serve. */
function beside(): Upgrade {
  const upgrade = upgradeOf();
  upgrade.begin();
  successor.ready();
  successor.serving();
  told = [];
  return upgrade;
}

describe('USR2', () => {
  test('starts a new master with all sockets; it gets the admin port when it is ready', () => {
    const upgrade = upgradeOf();
    upgrade.begin();
    expect(told).toEqual(['start with bind,admin-bind']);
    expect([upgrade.phase, main.areShared]).toEqual(['starting', true]);
    successor.ready();
    expect(told.slice(1)).toEqual(['yield admin-bind', 'go']);
    successor.serving();
    expect(upgrade.phase).toBe('beside');
  });

  test('for which no process can be had changes nothing, and may be tried again', () => {
    const upgrade = upgradeOf();
    mayStart = false;
    upgrade.begin();
    expect([upgrade.phase, main.areShared, upgrade.successorPid]).toEqual([
      'none',
      false,
      undefined,
    ]);
    expect(captured.lines().at(-1)).toMatchObject({
      msg: 'upgrade failed',
      reason: 'spawn ENOMEM',
    });
    mayStart = true;
    upgrade.begin();
    expect(upgrade.phase).toBe('starting');
  });

  test.each([
    ['in process 1', { pid: 1 }, 'this is process 1'],
    ['beside the master before', { hasPredecessor: true }, 'the master before this one'],
  ])('is refused %s', (_, given, reason) => {
    upgradeOf(given).begin();
    expect(told).toEqual([]);
    expect(captured.lines()[0]).toMatchObject({
      msg: 'upgrade refused',
      reason: expect.stringContaining(reason),
    });
  });

  test('is refused while one is under way, and by a server that stops', () => {
    const upgrade = upgradeOf();
    upgrade.begin();
    upgrade.begin();
    shutdown.state = 'draining';
    upgradeOf().begin();
    expect(told).toHaveLength(1);
    expect(messages().filter((msg) => msg === 'upgrade refused')).toHaveLength(2);
  });

  test('that fails at the last moment, too, and the admin port comes back', () => {
    const upgrade = upgradeOf();
    upgrade.begin();
    successor.ready();
    told = [];
    successor.leaving();
    expect(told).toEqual(['take admin-bind,metrics-bind', 'open admin-bind']);
    successor.gone({ code: 13, signal: null, reason: 'in use' });
    expect(messages()).toContain('upgrade failed');
    expect(told.slice(2)).toEqual(['close lent']);
  });

  test('that fails leaves all as it was, and may be tried again', () => {
    const upgrade = upgradeOf();
    upgrade.begin();
    successor.gone({ code: 2, signal: null, reason: 'bad' });
    expect(captured.lines().at(-1)).toMatchObject({
      msg: 'upgrade failed',
      code: 2,
      reason: 'bad',
    });
    expect([upgrade.phase, main.areShared]).toEqual(['none', false]);
    expect(told.slice(1)).toEqual(['close lent']);
    upgrade.begin();
    expect(upgrade.phase).toBe('starting');
  });
});

describe('the new master ends', () => {
  test('while this one serves: it takes the admin port again', () => {
    beside();
    successor.gone(EXIT);
    expect(told).toEqual(['take admin-bind,metrics-bind', 'open admin-bind', 'close lent']);
  });

  test('while this one rests: it serves as soon as workers are coming', async () => {
    const upgrade = beside();
    upgrade.rest();
    areWorkersComing = false;
    successor.leaving();
    upgrade.tick();
    expect(told).toEqual(['take admin-bind,metrics-bind', 'open admin-bind', 'workers come']);
    successor.gone(EXIT);
    areWorkersComing = true;
    upgrade.tick();
    await expect.poll(messages).toContain('serving again');
    expect(told.slice(3)).toEqual(['take bind', 'open bind', 'close lent']);
    expect(shutdown.state).toBe('serving');
  });

  test('while this one is going to rest: its workers stay, however soon the last connection is gone', async () => {
    const upgrade = beside();
    upgrade.rest();
    successor.gone(EXIT);
    upgrade.atRest();
    upgrade.tick();
    await expect.poll(messages).toContain('serving again');
    expect(told).not.toContain('workers go');
  });

  test('while the workers of this one leave: it listens when others come, and not before', async () => {
    const upgrade = beside();
    upgrade.rest();
    let go = (): void => {};
    workersGo = () => new Promise((resolve) => (go = resolve));
    upgrade.atRest();
    successor.gone(EXIT);
    upgrade.tick();
    expect(shutdown.state).toBe('resting');
    go();
    await expect.poll(messages).toContain('resting');
    upgrade.tick();
    await expect.poll(messages).toContain('serving again');
  });

  test('after it has said so: it is refused to rest, or to be upgraded, until it is gone', () => {
    const upgrade = beside();
    successor.leaving();
    upgrade.rest();
    upgrade.begin();
    expect(shutdown.state).toBe('serving');
    successor.gone(EXIT);
    expect(told).toEqual(['take admin-bind,metrics-bind', 'open admin-bind', 'close lent']);
    upgrade.begin();
    expect(upgrade.phase).toBe('starting');
  });

  test('while this one drains: it does not serve again', () => {
    beside();
    shutdown.state = 'draining';
    successor.gone(EXIT);
    expect(told).toContain('open admin-bind');
    expect(told).not.toContain('open bind');
  });

  test('while this one rests and has no workers either: it gives up when its time is over', async () => {
    beside().rest();
    workersComeBack = () => {
      nowMs += 5000;
      return Promise.reject(new Error('no memory'));
    };
    successor.gone(EXIT);
    await expect.poll(() => told).toContain('failed 12');
    expect(told).not.toContain('open bind');
  });
});

describe('WINCH', () => {
  test('has the master rest, once the new one serves', () => {
    const upgrade = upgradeOf();
    upgrade.rest();
    upgrade.begin();
    upgrade.rest();
    expect(shutdown.state).toBe('serving');
    successor.ready();
    successor.serving();
    upgrade.rest();
    expect(shutdown.state).toBe('resting');
    upgrade.rest();
    expect(messages().filter((msg) => msg === 'rest refused')).toHaveLength(3);
  });

  test('sends the workers away when the last connection is gone', async () => {
    beside().atRest();
    await expect.poll(messages).toContain('resting');
    expect(told).toEqual(['workers go']);
  });
});

describe('HUP', () => {
  test('is for a master that serves what it always is', () => {
    expect(beside().comeBack()).toBe(false);
  });

  test('has one that rests serve again when its workers are ready, and borrow sockets anew', async () => {
    const upgrade = beside();
    upgrade.rest();
    let come = (): void => {};
    workersComeBack = () => new Promise((resolve) => (come = resolve));
    expect(upgrade.comeBack()).toBe(true);
    expect(shutdown.state).toBe('resting');
    come();
    await expect.poll(messages).toContain('serving again');
    expect(told).toEqual(['workers come', 'take bind', 'open bind', 'lend']);
  });

  test('while the last connection goes: the workers are not sent away', async () => {
    const upgrade = beside();
    upgrade.rest();
    upgrade.comeBack();
    upgrade.atRest();
    await expect.poll(messages).toContain('serving again');
    expect(told).not.toContain('workers go');
  });

  test('changes nothing when the workers do not come', async () => {
    const upgrade = beside();
    upgrade.rest();
    workersComeBack = () => Promise.reject(new Error('no memory'));
    upgrade.comeBack();
    await expect.poll(messages).toContain('not come back');
    expect(shutdown.state).toBe('resting');
    expect(told).toEqual(['workers come']);
  });
});
