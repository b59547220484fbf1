/** From the start of the process until all workers are ready, and until the first right answer. */
import { readSamples, type Sample } from '../digits.js';
import { startBaseline } from '../servers/baseline.js';
import { firstAnswer } from '../servers/first-answer.js';
import { startForkcast } from '../servers/forkcast.js';
import { freePort } from '../servers/free-port.js';
import { type Running, stopAll } from '../servers/running.js';
import { spreadOf } from '../statistics.js';
import { alternate } from './alternate.js';
import type { Finding, Goal, Trial } from './goal.js';
import { atMost, ratiosOf, short } from './verdict.js';

type Start = { readonly readyMs: number; readonly answerMs: number };
type Starting = { readonly name: string; start(port: number): Promise<Running> };

const WORKERS = 2;
const MODEL = 'digits-mlp';
const GOAL = 1.3;

const SERVERS: readonly Starting[] = [
  {
    name: 'forkcast',
    start: (port) => startForkcast({ serves: `models/${MODEL}`, workers: WORKERS, port }),
  },
  {
    name: 'baseline',
    start: (port) =>
      startBaseline({ serves: `models/${MODEL}/model.onnx`, workers: WORKERS, port }),
  },
];

export const start: Goal = {
  name: 'start',
  title: 'start to ready, digits, 2 workers',
  method: `From the start of the process to the moment when both workers are ready (they say so in their log), ${MODEL}. Beside it: to the first right answer of a client that tries every 5 ms from the beginning; ours takes its request at once and keeps it until a worker is there.`,
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const sample = readSamples(MODEL, 1)[0];
  if (sample === undefined) throw new Error('no digits');
  const rounds = await alternate(SERVERS, trial.rounds(9, 3), async (server, number) => {
    const started = await startOnce(server, sample);
    trial.note(
      `${server.name}, start ${number}: ready ${started.readyMs.toFixed(0)} ms, answer ${started.answerMs.toFixed(0)} ms`,
    );
    return started;
  });
  const [ours = [], theirs = []] = rounds;
  const ready = (starts: readonly Start[]) => starts.map(({ readyMs }) => readyMs);
  const answer = (starts: readonly Start[]) => starts.map(({ answerMs }) => answerMs);
  const row = (name: string, starts: readonly Start[]) => [
    name,
    ...[spreadOf(ready(starts)), spreadOf(answer(starts))].map(
      ({ median, least, most }) => `${short(median)} (${short(least)}–${short(most)})`,
    ),
  ];
  return {
    verdicts: [
      atMost('all workers ready', GOAL, ratiosOf(ready(ours), ready(theirs))),
      atMost('first right answer', GOAL, ratiosOf(answer(ours), answer(theirs))),
    ],
    tables: [
      {
        title: MODEL,
        head: ['server', 'ready ms', 'first right answer ms'],
        rows: [row('forkcast', ours), row('baseline', theirs)],
      },
    ],
    figures: { ours, theirs },
  };
}

async function startOnce({ start: begin }: Starting, sample: Sample): Promise<Start> {
  const port = await freePort();
  const startedMs = performance.now();
  const answered = firstAnswer(port, sample);
  const running = await begin(port);
  try {
    const readyMs = running.readyAtMs - startedMs;
    return { readyMs, answerMs: (await answered) - startedMs };
  } finally {
    await stopAll([running]);
  }
}
