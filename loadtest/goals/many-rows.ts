/** One request of many rows on an idle box: whether the second worker helps. */
import { answerTo } from '../answers.js';
import { readRows } from '../digits.js';
import { type Ask, jsonAsk } from '../load/ask.js';
import { type Round, runRound } from '../round.js';
import { startForkcast } from '../servers/forkcast.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';
import { alternate } from './alternate.js';
import type { Finding, Goal, Trial } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { atMost, ratiosOf } from './verdict.js';

type Case = { readonly what: string; readonly serves: string; readonly goal: number; ask(): Ask };

const ROWS = 20_000;
const CASES: readonly Case[] = [
  {
    what: 'digits-rf, JSON',
    serves: 'models/digits-rf',
    goal: 0.8,
    ask: () => {
      const rows = readRows();
      const instances = Array.from({ length: ROWS }, (_, at) => rows[at % rows.length]);
      return jsonAsk('/predict', JSON.stringify({ instances }));
    },
  },
  {
    what: '100 µs a row',
    serves: 'loadtest/subjects/slow-rows',
    goal: 0.6,
    ask: () => {
      const instances = Array.from({ length: ROWS }, (_, at) => at);
      return jsonAsk('/predict', JSON.stringify({ instances }));
    },
  },
];

export const manyRows: Goal = {
  name: 'many-rows',
  title: `one request of ${ROWS} rows, 2 workers, against one worker`,
  method:
    'One client sends one request after the other; nobody else asks. Two servers, one with one worker and one with two, in turn; the answers of both must be the same, before and after.',
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const all: { readonly of: Case; readonly rounds: readonly Round[][] }[] = [];
  for (const of of CASES) all.push({ of, rounds: await measureCase(trial, of) });
  const p50 = (rounds: readonly Round[] = []) => rounds.map(({ p50Ms }) => p50Ms);
  return {
    verdicts: all.map(({ of: { what, goal }, rounds: [two, one] }) =>
      atMost(what, goal, ratiosOf(p50(two), p50(one)), '× the time of one'),
    ),
    tables: all.map(({ of: { what }, rounds: [two = [], one = []] }) => ({
      title: `${what}, ${ROWS} rows`,
      head: ROUND_HEAD,
      rows: [roundRow('2 workers', two), roundRow('1 worker', one)],
    })),
    figures: all.map(({ of: { what }, rounds }) => ({ what, rounds })),
  };
}

function measureCase(trial: Trial, { what, serves, ask }: Case): Promise<Round[][]> {
  const starts = [2, 1].map(
    (workers) => () => startForkcast({ serves, workers, name: `${workers} workers` }),
  );
  const request = ask();
  return together(starts, async (servers) => {
    await sameAnswers(servers, request);
    const order = { kind: 'sockets', connections: 1, asks: [request] } as const;
    for (const server of servers)
      await runRound(server, { ...order, port: server.port, seconds: 4 });
    const rounds = await alternate(servers, trial.rounds(5, 2), async (server, number) => {
      const seconds = trial.seconds(5, 3);
      const round = await runRound(server, { ...order, port: server.port, seconds });
      trial.note(`${what}, ${server.name}, round ${number}: ${round.p50Ms.toFixed(0)} ms`);
      return round;
    });
    await sameAnswers(servers, request);
    return rounds;
  });
}

async function sameAnswers(servers: readonly Running[], ask: Ask): Promise<void> {
  const texts: string[] = [];
  for (const server of servers) texts.push(await answerTo(server, ask));
  const { predictions } = JSON.parse(texts[0] ?? '') as { predictions: unknown[] };
  if (predictions.length !== ROWS)
    throw new Error(`${predictions.length} predictions for ${ROWS} rows`);
  if (texts[0] !== texts[1]) throw new Error('one worker and two do not answer the same');
}
