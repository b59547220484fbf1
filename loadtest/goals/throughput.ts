/** Answers per second at full load, by two clients: what the client itself costs, the servers lack. */
import type { ClosedOrder } from '../load/order.js';
import { MODELS, type ModelName } from '../options.js';
import { CLIENTS, type DigitsRounds, withDigits } from './digits-rounds.js';
import type { Finding, Goal, Trial } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { atLeast, ratiosOf } from './verdict.js';

type Measured = {
  readonly model: ModelName;
  readonly kind: ClosedOrder['kind'];
  readonly rounds: DigitsRounds;
};

const WORKERS = 2;
const CONNECTIONS = 64;
const GOAL = 1.5;
const KINDS = ['sockets', 'autocannon'] as const;

export const throughput: Goal = {
  name: 'throughput',
  title: 'throughput, 64 connections',
  method:
    'Answers per second, 64 keep-alive connections, 2 workers. The load generator takes its share of the same CPUs, which pulls the ratio towards 1: autocannon costs about as much for a request as a server does, bare sockets about a third of it.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const all: Measured[] = [];
  for (const model of MODELS) {
    await withDigits(trial, model, WORKERS, async (pair) => {
      for (const kind of KINDS) {
        const load = { kind, connections: CONNECTIONS, seconds: trial.seconds(4, 2) };
        all.push({ model, kind, rounds: await pair(load, trial.rounds(5, 3)) });
      }
    });
  }
  const speed = (rounds: DigitsRounds['ours']) => rounds.map((round) => round.requestsPerSecond);
  return {
    verdicts: all.map(({ model, kind, rounds: { ours, theirs } }) =>
      atLeast(`${model}, ${CLIENTS[kind]}`, GOAL, ratiosOf(speed(ours), speed(theirs))),
    ),
    tables: all.map(({ model, kind, rounds }) => ({
      title: `${model}, ${CLIENTS[kind]}`,
      head: ROUND_HEAD,
      rows: [roundRow('forkcast', rounds.ours), roundRow('baseline', rounds.theirs)],
    })),
    figures: all,
  };
}
