/**
 * A short look at speed for CI: a two-fold regression against the server written by hand is seen,
 * the noise of a machine that is not ours is not. Ratios of rounds in turn, never times by themselves.
 */
import { type DigitsRounds, withDigits } from './goals/digits-rounds.js';
import type { Trial } from './goals/goal.js';
import { atMost, ratiosOf } from './goals/verdict.js';
import { table } from './report.js';
import type { Round } from './round.js';

type Check = {
  readonly of: string;
  readonly connections: number;
  readonly rounds: number;
  /** What the ratio may be: above what a quiet machine shows, below twice that. */
  readonly most: number;
  read(round: Round): number;
};

const CHECKS: readonly Check[] = [
  {
    of: 'CPU per request, 64 connections',
    connections: 64,
    rounds: 5,
    most: 0.9,
    read: ({ cpuMicros }) => cpuMicros,
  },
  {
    of: 'p50 at 1 connection',
    connections: 1,
    rounds: 3,
    most: 2.3,
    read: ({ p50Ms }) => p50Ms,
  },
];

const MODEL = 'digits-lr';
const WORKERS = 2;
const SECONDS = 0.7;

/** @returns the exit code: 1 when a ratio is beyond its bound, or a request failed. */
export async function smoke(note: (text: string) => void): Promise<number> {
  const trial: Trial = {
    options: {
      ...{ names: [], isQuick: true, rounds: undefined, seconds: undefined },
      arrivals: 'poisson',
    },
    rounds: (_whole, quick) => quick,
    seconds: () => SECONDS,
    note,
  };
  const measured = await withDigits(trial, MODEL, WORKERS, async (pair) => {
    const all: { readonly check: Check; readonly rounds: DigitsRounds }[] = [];
    for (const check of CHECKS) {
      const load = { kind: 'sockets', connections: check.connections, seconds: SECONDS } as const;
      all.push({ check, rounds: await pair(load, check.rounds) });
    }
    return all;
  });
  const errors = measured
    .flatMap(({ rounds }) => rounds.ours)
    .reduce((sum, round) => sum + round.errors, 0);
  const verdicts = measured.map(({ check: { of, most, read }, rounds: { ours, theirs } }) =>
    atMost(of, most, ratiosOf(ours.map(read), theirs.map(read)), '× baseline'),
  );
  const rows = verdicts.map(({ of, goal, measured: figure, isMet }) => [
    of,
    goal,
    figure,
    isMet === true ? 'ok' : '**too much**',
  ]);
  process.stdout.write(`\n${table(['', 'bound', 'measured', ''], rows)}`);
  if (errors > 0) note(`${errors} requests failed`);
  return errors === 0 && verdicts.every(({ isMet }) => isMet === true) ? 0 : 1;
}
