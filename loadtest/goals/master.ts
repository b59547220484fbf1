/** What one master can take at most: its own CPU per request, with the fast path and without. */
import { checkAnswers } from '../answers.js';
import { readSamples } from '../digits.js';
import { jsonAsk } from '../load/ask.js';
import { type Round, runRound } from '../round.js';
import { startForkcast } from '../servers/forkcast.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';
import { spreadOf } from '../statistics.js';
import { alternate } from './alternate.js';
import { roundLine } from './digits-rounds.js';
import type { Finding, Goal, Trial } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { atMost } from './verdict.js';

const WORKERS = 2;
const MODEL = 'digits-lr';
const LOAD = { kind: 'autocannon', connections: 64 } as const;
const PATHS = [
  { name: 'fast path', goalMicros: 10, args: ['--fast-path'] },
  { name: 'node:http', goalMicros: 16, args: ['--no-fast-path'] },
] as const;

export const master: Goal = {
  name: 'master',
  title: 'the master’s own CPU per request',
  method: `Time on a CPU of the master alone, all its threads, for one request: ${MODEL}, 64 connections, ${WORKERS} workers. The inverse is the ceiling of one master on a machine with cores enough.`,
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const samples = readSamples(MODEL, 50);
  const asks = samples.slice(0, 8).map(({ body }) => jsonAsk('/predict', body));
  const serves = `models/${MODEL}`;
  const starts = PATHS.map(
    ({ name, args }) =>
      () =>
        startForkcast({ serves, workers: WORKERS, args, name }),
  );
  const load = { ...LOAD, seconds: trial.seconds(4, 2) };
  const rounds = await together(starts, async (servers) => {
    for (const server of servers) {
      await checkAnswers(server, samples);
      await runRound(server, { ...load, port: server.port, asks, seconds: 3 });
    }
    const run = async (server: Running, number: number): Promise<Round> => {
      const round = await runRound(server, { ...load, port: server.port, asks });
      trial.note(roundLine(server.name, load, number, round));
      return round;
    };
    const measured = await alternate(servers, trial.rounds(5, 3), run);
    for (const server of servers) await checkAnswers(server, samples);
    return measured;
  });
  return {
    verdicts: PATHS.map(({ name, goalMicros }, at) =>
      atMost(name, goalMicros, spreadOf((rounds[at] ?? []).map((r) => r.masterMicros)), 'µs'),
    ),
    tables: [
      {
        title: MODEL,
        head: ROUND_HEAD,
        rows: PATHS.map(({ name }, at) => roundRow(name, rounds[at] ?? [])),
      },
    ],
    figures: rounds,
  };
}
