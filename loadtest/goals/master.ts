/** What one master can take at most: its own CPU per request, with the fast path and without. */
import { checkAnswers } from '../answers.js';
import { readSamples } from '../digits.js';
import { jsonAsk } from '../load/ask.js';
import { type Round, runRound } from '../round.js';
import { type Bare, startBare } from '../servers/bare.js';
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
/** What two workers and their master take where they only pass bytes on: the least on this machine. */
const BARE: Bare = { name: 'bare sockets', workMs: 0, workers: WORKERS };

export const master: Goal = {
  name: 'master',
  title: 'the master’s own CPU per request',
  method: `Time on a CPU of the master alone, all its threads, for one request: ${MODEL}, 64 connections, ${WORKERS} workers. The inverse is the ceiling of one master on a machine with cores enough. The last row is a master that passes as many bytes on from bare sockets to two processes and back, and reads and decides nothing: what reading, writing and being woken cost on this machine by themselves.`,
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const samples = readSamples(MODEL, 50);
  const asks = samples.slice(0, 8).map(({ body }) => jsonAsk('/predict', body));
  const serves = `models/${MODEL}`;
  const starts = [
    ...PATHS.map(
      ({ name, args }) =>
        () =>
          startForkcast({ serves, workers: WORKERS, args, name }),
    ),
    () => startBare(BARE),
  ];
  const load = { ...LOAD, seconds: trial.seconds(4, 2) };
  const rounds = await together(starts, async (servers) => {
    const ours = servers.slice(0, PATHS.length);
    for (const server of ours) await checkAnswers(server, samples);
    for (const server of servers) {
      await runRound(server, { ...load, port: server.port, asks, seconds: 3 });
    }
    const run = async (server: Running, number: number): Promise<Round> => {
      const round = await runRound(server, { ...load, port: server.port, asks });
      trial.note(roundLine(server.name, load, number, round));
      return round;
    };
    const measured = await alternate(servers, trial.rounds(5, 3), run);
    for (const server of ours) await checkAnswers(server, samples);
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
        rows: [...PATHS, BARE].map(({ name }, at) => roundRow(name, rounds[at] ?? [])),
      },
    ],
    figures: rounds,
  };
}
