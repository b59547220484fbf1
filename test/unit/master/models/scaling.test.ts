// Who asks for how many workers, and what comes of it; the rollouts are the test's.
import { beforeEach, describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { RolloutError } from '../../../../src/master/models/generations.js';
import { Scaling } from '../../../../src/master/models/scaling.js';
import { VerbQueue } from '../../../../src/master/models/verb-queue.js';
import { type Generation, makeGeneration } from '../../../../src/master/workers/generation.js';
import { capturedLog } from '../captured-log.js';
import { FIRST, planOf } from '../generations-of-test.js';

let current: Generation;
let rolled: { slots: number; names: string[]; end: (error?: Error) => void }[];
let scaling: Scaling;
let captured: ReturnType<typeof capturedLog>;
let wanted: number;

function generationWith(slots: number): Generation {
  const models = [planOf('a')];
  return makeGeneration({ models, defaultModel: 'a', fingerprints: new Map() }, 1, slots, FIRST);
}

beforeEach(() => {
  current = generationWith(2);
  wanted = 2;
  rolled = [];
  captured = capturedLog();
  const queue = new VerbQueue();
  scaling = new Scaling({
    log: captured.log,
    inTurn: (key, act) => queue.run(key, act),
    generations: {
      get current() {
        return current;
      },
      get wantedWorkers() {
        return wanted;
      },
      roll: (_wanted, names, slots = 0) =>
        new Promise((resolve, reject) => {
          const end = (error?: Error): void => {
            if (error === undefined) current = generationWith(slots);
            wanted = current.slots;
            if (error === undefined) resolve(0);
            else reject(error);
          };
          wanted = slots;
          rolled.push({ slots, names: [...names], end });
        }),
    },
  });
});

async function ends(error?: Error): Promise<void> {
  rolled.at(-1)?.end(error);
  await new Promise((resolve) => setImmediate(resolve));
}

const NO_BOOT = new RolloutError({
  slot: 2,
  workerPid: 7,
  reason: 'no memory',
  exitCode: 10,
  model: undefined,
});

describe('by number', () => {
  test('more: all models are waited for in all slots; fewer: a sick slot hinders nobody', async () => {
    const more = scaling.to(3);
    expect(rolled).toMatchObject([{ slots: 3, names: ['a'] }]);
    await ends();
    await more;
    void scaling.to(0);
    expect(rolled[1]).toMatchObject({ slots: 0, names: [] });
    expect(captured.lines().at(-1)).toMatchObject({ msg: 'scaled', workers: 3, before: 2 });
  });

  test('what cannot boot is told, with the number that serves on', async () => {
    const failed = expect(scaling.to(9)).rejects.toMatchObject({
      code: 'BOOT_FAILED',
      message: 'not scaled to 9, 2 workers serve on: no memory',
    });
    await ends(NO_BOOT);
    await failed;
  });
});

describe('by signals', () => {
  test('that come while one is carried out: the sum counts', async () => {
    scaling.by(1);
    expect(rolled).toMatchObject([{ slots: 3 }]);
    for (const step of [1, 1, -1, 1] as const) scaling.by(step);
    await ends();
    expect(rolled).toMatchObject([{ slots: 3 }, { slots: 5 }]);
    await ends();
    expect(rolled).toHaveLength(2);
  });

  test('never below one, but none stays none', async () => {
    for (let times = 0; times < 5; times += 1) scaling.by(-1);
    expect(rolled).toMatchObject([{ slots: 1 }]);
    expect(captured.lines().at(-1)?.msg).toBe('not scaled: this is as far as signals go');
    await ends();
    expect(rolled).toHaveLength(1);
    current = generationWith(0);
    wanted = 0;
    scaling.by(-1);
    expect(rolled).toHaveLength(1);
    scaling.by(1);
    expect(rolled[1]).toMatchObject({ slots: 1 });
  });

  test('never above the most there may be', () => {
    current = generationWith(1024);
    wanted = 1024;
    scaling.by(1);
    expect(rolled).toEqual([]);
  });

  test('that a stop overtakes are no fault', async () => {
    scaling.by(1);
    await ends(new RequestError('DRAINING', 'the server is stopping'));
    expect(captured.lines()).toEqual([]);
  });

  test('after a failure they count from what there is, and the log has the reason', async () => {
    scaling.by(1);
    scaling.by(1);
    await ends(NO_BOOT);
    expect(captured.lines()).toMatchObject([
      { level: 'error', msg: 'scaling failed', reason: /no memory/ },
    ]);
    expect(rolled[1]).toMatchObject({ slots: 3 });
  });
});
