import { describe, expect, it } from 'vitest';
import { ModelWorld } from './model-world.js';

const SEEDS = Array.from({ length: 60 }, (_, n) => n + 1);
const EVENTS = 600;

/** What happens, and how often relative to the others. */
const HAPPENINGS: readonly [weight: number, act: (world: ModelWorld) => void][] = [
  [30, (world) => world.submitInWaves()],
  [30, (world) => world.finish()],
  [12, (world) => world.pass(6)],
  [1, (world) => world.pass(120)],
  [4, (world) => world.withdraw()],
  [4, (world) => world.die()],
  [4, (world) => world.addWorker()],
  [1, (world) => world.drain()],
  [1, (world) => world.replace()],
  [1, (world) => world.changeHopes()],
  [2, (world) => world.pressBack()],
  [2, (world) => world.progress()],
  [6, (world) => world.giveUp()],
  [12, (world) => world.offerSlices()],
  [16, (world) => world.sendSlice()],
  [8, (world) => world.runSlice()],
  [1, (world) => world.recallSlices()],
];
const WEIGHTS = HAPPENINGS.reduce((sum, [weight]) => sum + weight, 0);

function happen(world: ModelWorld): void {
  let left = world.chance.below(WEIGHTS);
  for (const [weight, act] of HAPPENINGS) {
    left -= weight;
    if (left < 0) {
      act(world);
      return;
    }
  }
}

describe('whatever happens', () => {
  const ends = new Map<string, number>();
  const sums = { takenBack: 0, stoodBy: 0, followed: 0, joined: 0, slices: 0 };

  it.each(SEEDS)('every request ends once and nothing is left (seed %d)', (seed) => {
    const world = new ModelWorld(seed);
    for (let n = 0; n < EVENTS; n += 1) {
      happen(world);
      world.check();
    }
    world.settle();
    sums.takenBack += world.takenBack.size;
    sums.stoodBy += world.stoodBy;
    sums.followed += world.followed;
    sums.joined += world.joined;
    sums.slices += world.slices.ran;
    for (const how of world.ended.values()) ends.set(how, (ends.get(how) ?? 0) + 1);
    expect(world.ended.size).toBe(world.submitted);
    expect([world.dispatcher.depth, world.dispatcher.inFlight]).toEqual([0, 0]);
    expect(world.dispatcher.busyWorkers).toBe(0);
    expect(world.dispatcher.isIdle).toBe(true);
    expect(world.slices.areGone).toBe(true);
  });

  it('was put to the test in all kinds', () => {
    const kinds = [
      'NO_WORKERS',
      'QUEUE_TIMEOUT',
      'EXECUTION_TIMEOUT',
      'WORKER_CRASHED',
      'answered',
      'cut off',
    ];
    for (const how of [...kinds, 'withdrawn']) expect(ends.get(how), how).toBeGreaterThan(10);
    for (const [what, sum] of Object.entries(sums)) expect(sum, what).toBeGreaterThan(10);
  });
});
