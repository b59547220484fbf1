import { describe, expect, it } from 'vitest';
import { Admission } from '../../../src/queue/admission/admission.js';
import { ByteBudget } from '../../../src/queue/admission/byte-budget.js';
import { Chance } from './chance.js';
import type { RequestFacts } from './fake-request.js';
import {
  type Keys,
  outcomes,
  percentile,
  type SimulatedRequest,
  Simulation,
} from './simulation.js';

/** A simulation with the door in front that a server has. */
function behindADoor(
  workers: number,
  queueLimit: number,
  keysOf?: (worker: number) => Keys,
): Simulation {
  const simulation = new Simulation(workers, keysOf);
  const { dispatcher } = simulation;
  const door = new Admission({
    queueLimit,
    queue: dispatcher,
    budget: new ByteBudget(1e9),
  });
  simulation.mayEnter = (request) =>
    door.enter(simulation.nowMs) ?? door.expect(request, simulation.nowMs);
  return simulation;
}

type Arrivals = {
  fromMs: number;
  untilMs: number;
  perSecond: number;
  deadlineMs: number;
  runMs: () => number;
  facts?: RequestFacts;
};

/** Poisson arrivals. */
function arrivals(simulation: Simulation, chance: Chance, load: Arrivals): void {
  const { fromMs, untilMs, perSecond, deadlineMs, runMs, facts } = load;
  const next = (): void => {
    if (simulation.nowMs >= untilMs) return;
    simulation.submit(runMs(), { ...facts, queueDeadlineMs: simulation.nowMs + deadlineMs });
    simulation.at((-Math.log(1 - chance.next()) * 1000) / perSecond, next);
  };
  simulation.at(fromMs, next);
}

function answeredBetween(requests: readonly SimulatedRequest[], from: number, to: number): number {
  return requests.filter(
    ({ outcome, answeredMs }) => outcome === 'answered' && answeredMs >= from && answeredMs < to,
  ).length;
}

const WILD = (chance: Chance) => (): number => (chance.happens(0.05) ? 50 : 2);

describe('a burst at ten times the capacity', () => {
  it.each([
    { name: 'steady runs', workers: 2, perSecond: 200, queueLimit: 1024, deadlineMs: 1000 },
    { name: 'a short deadline', workers: 4, perSecond: 400, queueLimit: 1024, deadlineMs: 100 },
    { name: 'a short queue', workers: 2, perSecond: 200, queueLimit: 50, deadlineMs: 1000 },
    { name: 'a long queue', workers: 2, perSecond: 200, queueLimit: 100_000, deadlineMs: 1000 },
    { name: 'runs of 2 or 50 ms', workers: 2, perSecond: 454, queueLimit: 1024, deadlineMs: 500 },
  ])('keeps the workers busy and its promises: $name', (row) => {
    const chance = new Chance(7);
    const simulation = behindADoor(row.workers, row.queueLimit);
    const runMs = row.name.startsWith('runs') ? WILD(chance) : () => 10;
    const { perSecond, deadlineMs } = row;
    const calm = { deadlineMs, runMs, perSecond: perSecond / 2 };
    arrivals(simulation, chance, { ...calm, fromMs: 0, untilMs: 15_000 });
    const burst = { ...calm, perSecond: 10 * perSecond };
    arrivals(simulation, chance, { ...burst, fromMs: 5000, untilMs: 10_000 });
    let deepest = 0;
    simulation.every(5, 15_000, () => {
      deepest = Math.max(deepest, simulation.dispatcher.depth);
    });
    simulation.run();
    const during = answeredBetween(simulation.requests, 5000, 10_000);
    expect(during).toBeGreaterThan(0.95 * 5 * perSecond * 0.97); // 3 %: the simulated link
    const answered = simulation.requests.filter(({ outcome }) => outcome === 'answered');
    expect(percentile(answered, 0.99)).toBeLessThanOrEqual(deadlineMs + 55);
    expect(deepest).toBeLessThanOrEqual(row.queueLimit);
    // Refused at once rather than after a wait in vain.
    const { QUEUE_TIMEOUT = 0, QUEUE_FULL = 0 } = outcomes(simulation.requests);
    expect(QUEUE_FULL).toBeGreaterThan(30 * perSecond);
    expect(QUEUE_TIMEOUT).toBeLessThan(0.1 * simulation.requests.length);
    // Who comes when what waited is done sees nothing of it.
    const after = simulation.requests.filter(
      ({ submittedMs }) => submittedMs > 10_000 + deadlineMs + 100,
    );
    expect(after.length).toBeGreaterThan(1.5 * perSecond);
    expect(outcomes(after)).toEqual({ answered: after.length });
  });
});

describe('early refusal', () => {
  /** How many are answered, with and without it; the same requests come. */
  function answeredOf(isEarly: boolean, perSecond: number, runMsOf: typeof WILD): number {
    const simulation = isEarly ? behindADoor(2, 1e6) : new Simulation(2);
    const chance = new Chance(3);
    const load = { perSecond, deadlineMs: 500, runMs: runMsOf(chance) };
    arrivals(simulation, chance, { ...load, fromMs: 0, untilMs: 30_000 });
    simulation.run();
    return outcomes(simulation.requests).answered ?? 0;
  }

  // 2 workers of 4.4 ms do 454 a second, of 10 ms 200.
  it.each([
    { perSecond: 320, runMsOf: WILD },
    { perSecond: 410, runMsOf: WILD },
    { perSecond: 440, runMsOf: WILD },
    { perSecond: 480, runMsOf: WILD },
    { perSecond: 700, runMsOf: WILD },
    { perSecond: 190, runMsOf: () => () => 10 },
    { perSecond: 300, runMsOf: () => () => 10 },
  ])('takes nothing from what is answered at $perSecond a second', ({ perSecond, runMsOf }) => {
    const early = answeredOf(true, perSecond, runMsOf);
    const late = answeredOf(false, perSecond, runMsOf);
    expect(early / late).toBeGreaterThan(0.995);
  });

  it('hits nobody after a calm hour: what came seldom says nothing of what can be done', () => {
    const simulation = behindADoor(2, 1e6);
    const load = { deadlineMs: 1000, runMs: () => 10, perSecond: 1 };
    arrivals(simulation, new Chance(3), { ...load, fromMs: 0, untilMs: 600_000 });
    simulation.at(600_000, () => {
      for (let n = 0; n < 180; n += 1) {
        simulation.submit(10, { queueDeadlineMs: simulation.nowMs + 1000 });
      }
    });
    simulation.run();
    expect(outcomes(simulation.requests)).toEqual({ answered: simulation.requests.length });
  });

  it('hits nobody for the slow requests of an hour ago', () => {
    const simulation = behindADoor(2, 1e6);
    simulation.at(0, () => {
      for (let n = 0; n < 100; n += 1) simulation.submit(100, { queueDeadlineMs: 1e9 });
    });
    simulation.at(3_600_000, () => {
      for (let n = 0; n < 100; n += 1) {
        simulation.submit(1, { queueDeadlineMs: simulation.nowMs + 200 });
      }
    });
    simulation.run();
    expect(outcomes(simulation.requests)).toEqual({ answered: 200 });
  });

  it('hits nobody for what a lane beside costs', () => {
    // `rare` has worker 1 for itself; the other waits for ever.
    const simulation = behindADoor(2, 1e6, (worker) => [worker === 0 ? 'common' : 'rare']);
    const chance = new Chance(5);
    const load = { perSecond: 1000, deadlineMs: 500, runMs: () => 10, fromMs: 0, untilMs: 5000 };
    arrivals(simulation, chance, { ...load, facts: { key: 'common', group: 'common' } });
    const rare = { ...load, perSecond: 50, facts: { key: 'rare', group: 'rare' } };
    arrivals(simulation, chance, rare);
    simulation.run();
    const of = (key: string) => simulation.requests.filter((request) => request.key === key);
    expect(outcomes(of('rare'))).toEqual({ answered: of('rare').length });
    expect(outcomes(of('common')).QUEUE_FULL).toBeGreaterThan(3500);
  });

  it('sees that a limit makes a model slow, and others not', () => {
    const simulation = behindADoor(4, 1e6);
    simulation.dispatcher.limits.learn([{ name: 'slow', maxInFlight: 1 }]);
    const chance = new Chance(9);
    const load = { perSecond: 150, deadlineMs: 500, runMs: () => 20, fromMs: 0, untilMs: 10_000 };
    arrivals(simulation, chance, { ...load, facts: { key: 'slow', group: 'slow' } });
    const fast = { ...load, perSecond: 100, facts: { key: 'fast', group: 'fast' } };
    arrivals(simulation, chance, { ...fast, runMs: () => 5 });
    simulation.run();
    const of = (key: string) => simulation.requests.filter((request) => request.key === key);
    const { answered = 0, QUEUE_FULL = 0, QUEUE_TIMEOUT = 0 } = outcomes(of('slow'));
    expect(answered).toBeGreaterThan(470);
    expect(QUEUE_FULL).toBeGreaterThan(900);
    expect(QUEUE_TIMEOUT).toBeLessThan(50);
    expect(outcomes(of('fast'))).toEqual({ answered: of('fast').length });
  });

  it('forgets with a worker that died', () => {
    const simulation = behindADoor(1, 1e6);
    const submit = (count: number, deadlineMs: number): void => {
      for (let n = 0; n < count; n += 1) {
        simulation.submit(10, { queueDeadlineMs: simulation.nowMs + deadlineMs });
      }
    };
    let refusedBefore = 0;
    let refusedAfter = 0;
    const full = (): number => outcomes(simulation.requests).QUEUE_FULL ?? 0;
    simulation.at(0, () => submit(100, 1e6));
    simulation.at(500, () => {
      submit(10, 100);
      refusedBefore = full();
      simulation.kill(simulation.workers[0], 'unexplained');
    });
    simulation.at(560, () => {
      submit(10, 100);
      refusedAfter = full() - refusedBefore;
    });
    simulation.run();
    expect([refusedBefore, refusedAfter]).toEqual([10, 0]);
  });
});
