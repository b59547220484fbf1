import { describe, expect, it } from 'vitest';
import { seeded } from '../../../../loadtest/simulation/random.js';
import {
  compareUnits,
  compareWithIdeal,
  MEASURED_WAY,
  MIX,
} from '../../../../loadtest/simulation/simulate.js';
import { SimulatedServer } from '../../../../loadtest/simulation/simulated-server.js';
import { Timeline } from '../../../../loadtest/simulation/timeline.js';

const NO_WAY = { linkMs: 0, overheadMs: 0 };
const SCENES = [
  { workers: 2, load: 0.6 },
  { workers: 2, load: 0.8 },
  { workers: 8, load: 0.8 },
  { workers: 8, limit: 8, load: 0.8 },
  { workers: 8, limit: 3, load: 0.8 },
];

describe('the dispatcher under mixed run times, against an ideal queue', () => {
  it.each(SCENES)(
    'is as good where the way costs nothing ($workers workers, limit $limit, $load)',
    (scene) => {
      const shape = { ...scene, kinds: MIX, requests: 20_000, way: NO_WAY, seed: 3 };
      for (const { percent, ms, idealMs } of compareWithIdeal(shape)) {
        expect(ms / idealMs, `p${percent}`).toBeLessThan(1.02);
      }
    },
  );

  it.each(SCENES)('pays little for the way ($workers workers, limit $limit, $load)', (scene) => {
    const shape = { ...scene, kinds: MIX, requests: 20_000, way: MEASURED_WAY, seed: 3 };
    const [, p99, p999] = compareWithIdeal(shape);
    expect((p99?.ms ?? 0) / (p99?.idealMs ?? 0)).toBeLessThan(1.1);
    expect((p999?.ms ?? 0) / (p999?.idealMs ?? 0)).toBeLessThan(1.25);
  });
});

describe('a model with a limit', () => {
  it.each([1, 3, 8])('is never run by more than %d of eight workers at once', (limit) => {
    const server = new SimulatedServer({ workers: 8, limit, way: MEASURED_WAY });
    const random = seeded(limit);
    let answers = 0;
    server.onAnswer = () => {
      answers += 1;
    };
    for (let n = 0; n < 3000; n += 1) {
      const atMs = n * (5.2 / limit) * (0.5 + random());
      server.timeline.at(atMs, () => server.submit(random() < 0.05 ? 50 : 2));
    }
    server.timeline.run();
    expect([answers, server.mostRunning]).toEqual([3000, limit]);
  });
});

describe('units', () => {
  it('quarter the tail where a call is dear and a row is not, and bear what one by one cannot', () => {
    const scene = { fixedMs: 4.8, perRowMs: 0.2, requests: 8000, seed: 2 };
    const [p50, p99] = compareUnits({ ...scene, load: 0.9 });
    expect((p50?.ms ?? 0) / (p50?.oneByOneMs ?? 0)).toBeLessThan(0.5);
    expect((p99?.ms ?? 0) / (p99?.oneByOneMs ?? 0)).toBeLessThan(0.25);
    expect(compareUnits({ ...scene, load: 1.5 })[0]?.ms).toBeLessThan(20);
  });

  it('cost next to nothing where rows are dear: there are none, but for tries', () => {
    const scene = { fixedMs: 0.2, perRowMs: 4.8, requests: 8000, seed: 2 };
    for (const { ms, oneByOneMs, percent } of compareUnits({ ...scene, load: 0.9 })) {
      expect(ms / oneByOneMs, `p${percent}`).toBeLessThan(1.03);
    }
  });
});

describe('tiny requests', () => {
  it.each([0.02, 0.05])('of %d ms of 64 clients keep a worker busy all the time', (serviceMs) => {
    const server = new SimulatedServer({ workers: 1, way: { linkMs: 0.05, overheadMs: 0.01 } });
    const random = seeded(4);
    let answers = 0;
    server.onAnswer = () => {
      answers += 1;
      // No two clients take the same time for an answer and the next request.
      const clientMs = 0.3 * random();
      if (answers < 20_000) server.timeline.after(clientMs, () => server.submit(serviceMs));
    };
    server.timeline.at(0, () => {
      for (let n = 0; n < 64; n += 1) server.submit(serviceMs);
    });
    server.timeline.run();
    expect(server.busyMs / server.timeline.nowMs).toBeGreaterThan(0.95);
  });
});

describe('the timeline', () => {
  it('acts in order of time, and of what is due at once in the order it was added', () => {
    const timeline = new Timeline();
    const seen: string[] = [];
    const note = (text: string) => () => seen.push(`${text} ${timeline.nowMs}`);
    for (const atMs of [5, 1, 4, 1, 3]) timeline.at(atMs, note(`at ${atMs}`));
    timeline.at(2, () => timeline.after(2, note('after')));
    timeline.at(9, () => timeline.at(0, note('too late')));
    timeline.run();
    expect(seen).toEqual([
      'at 1 1',
      'at 1 1',
      'at 3 3',
      'at 4 4',
      'after 4',
      'at 5 5',
      'too late 9',
    ]);
  });
});
