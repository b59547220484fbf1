// One slot gets another worker by hand; the supervisor's part is the test's.
import { beforeEach, describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { Restarts } from '../../../../src/master/models/restarts.js';
import { VerbQueue } from '../../../../src/master/models/verb-queue.js';
import type { BootFailure } from '../../../../src/master/workers/boot-failure.js';
import { Slot } from '../../../../src/master/workers/slot.js';
import type { WorkerHandle } from '../../../../src/master/workers/worker-handle.js';
import { capturedLog } from '../captured-log.js';
import { NOTHING } from '../fake-worker.js';

type Someone = Pick<WorkerHandle, 'state' | 'spentBy' | 'holding' | 'pid'>;

let slots: Slot[];
let old: Someone;
let moved: number[];
let assigned: number[];
let restarts: Restarts;
let captured: ReturnType<typeof capturedLog>;

function seat(slot: Slot | undefined, one: Someone): void {
  slot?.workers.add(one as WorkerHandle);
}

/** Settled one way or the other, by the time that what is due has run. */
async function outcomeOf(restart: Promise<void>): Promise<string> {
  return restart.then(
    () => 'done',
    (error: RequestError) => `${error.code}: ${error.message}`,
  );
}

/** The queue has begun the verb. */
function begun(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

beforeEach(() => {
  slots = [new Slot(0, NOTHING), new Slot(1, NOTHING)];
  old = { state: 'ready', spentBy: undefined, holding: NOTHING, pid: 7 };
  seat(slots[1], old);
  moved = [];
  assigned = [];
  captured = capturedLog();
  const queue = new VerbQueue();
  restarts = new Restarts({
    log: captured.log,
    inTurn: (key, act) => queue.run(key, act),
    supervisor: () => ({
      slots,
      move: (slot) => {
        moved.push(slot.number);
        slot.move = { state: 'under way', kills: 0 };
      },
      assign: (slot) => {
        assigned.push(slot.number);
        slot.move = undefined;
      },
      tick: () => restarts.step(),
    }),
  });
});

describe('a restart', () => {
  test('is over when the new worker is ready and the old one is gone, and not before', async () => {
    const outcome = outcomeOf(restarts.run(1));
    await begun();
    expect([moved, old.state, old.spentBy]).toEqual([[1], 'retiring', 'restarted']);
    const [, slot] = slots;
    if (slot === undefined) throw new Error('no slot');
    seat(slot, { state: 'ready', spentBy: undefined, holding: NOTHING, pid: 8 });
    slot.move = { state: 'arrived' };
    restarts.step();
    expect(captured.lines()).toEqual([]);
    slot.workers.delete(old as WorkerHandle);
    restarts.step();
    expect(await outcome).toBe('done');
    expect(captured.lines()).toMatchObject([{ msg: 'worker restarted', slot: 1, workerPid: 8 }]);
    expect([slot.move, assigned]).toEqual([undefined, []]);
  });

  test('that fails leaves the old worker as it was, with the reason', async () => {
    const outcome = outcomeOf(restarts.run(1));
    await begun();
    const [, slot] = slots;
    if (slot === undefined) throw new Error('no slot');
    slot.move = { state: 'failed', failure: { reason: 'it cannot be loaded' } as BootFailure };
    restarts.step();
    expect(await outcome).toBe(
      'BOOT_FAILED: slot 1 is not restarted, its worker serves on: it cannot be loaded',
    );
    expect([old.spentBy, assigned]).toEqual([undefined, [1]]);
    expect(captured.lines()).toMatchObject([{ msg: 'restart failed', slot: 1 }]);
  });

  test('is given up when the slot is to hold something else meanwhile', async () => {
    const outcome = outcomeOf(restarts.run(1));
    await begun();
    for (const slot of slots) slot.move = undefined;
    restarts.step();
    expect(await outcome).toMatch(/^BOOT_FAILED: .*something else is to be held$/);
  });

  test('leaves alone who is on the way out for another reason', async () => {
    old.state = 'retiring';
    old.spentBy = 'max_requests';
    void outcomeOf(restarts.run(1));
    await begun();
    expect(old.spentBy).toBe('max_requests');
  });

  test('of a slot that there is not says which there are', async () => {
    expect(await outcomeOf(restarts.run(5))).toBe(
      'SLOT_NOT_FOUND: there is no slot 5; expected one of: 0, 1',
    );
    slots = [];
    expect(await outcomeOf(restarts.run(0))).toMatch(/there are none$/);
    expect(moved).toEqual([]);
  });

  test('ends with the server, and one that waits follows the one before', async () => {
    const first = outcomeOf(restarts.run(0));
    const second = outcomeOf(restarts.run(1));
    await begun();
    expect(moved).toEqual([0]);
    restarts.abandon(new RequestError('DRAINING', 'the server is stopping'));
    expect(await first).toBe('DRAINING: the server is stopping');
    await begun();
    expect(moved).toEqual([0, 1]);
    restarts.abandon(new RequestError('DRAINING', 'the server is stopping'));
    expect(await second).toMatch(/^DRAINING/);
  });
});
