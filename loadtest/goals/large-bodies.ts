/** A reply of 1 MB JSON and a request of 16 MB binary: bytes per second, and the master's loop meanwhile. */
import { answerTo } from '../answers.js';
import { type Ask, bodyBytes, jsonAsk } from '../load/ask.js';
import { CYCLE, endsOf, tensorAsk } from '../load/tensor-ask.js';
import { runRound } from '../round.js';
import { startBaseline } from '../servers/baseline.js';
import { startForkcast } from '../servers/forkcast.js';
import { type LoopDelay, LoopDelayProbe } from '../servers/loop-delay.js';
import { type Running, stopAll } from '../servers/running.js';
import { median } from '../statistics.js';
import { alternate } from './alternate.js';
import type { Finding, Goal, Trial } from './goal.js';
import { atLeast, atMost, ratiosOf, short } from './verdict.js';

type Body = {
  readonly model: string;
  readonly what: string;
  readonly ask: Ask;
  /** Bytes of a request's and its reply's body together. */
  readonly bytes: (reply: string) => number;
  readonly isRight: (reply: string) => boolean;
};

type Figures = {
  readonly megabytesPerSecond: number;
  readonly cpuMicros: number;
  readonly errors: number;
  readonly delay: LoopDelay | undefined;
};

const WORKERS = 2;
const CONNECTIONS = 4;
const MEGABYTE = 1e6;
/** About 1 MB as JSON. */
const REPLY_FLOATS = 50_000;
const REQUEST_FLOATS = 4 * 1024 * 1024;
const GOAL = 0.8;
const DELAY_GOAL_MS = 20;

export const largeReply: Goal = {
  name: 'large-reply',
  title: 'a reply of 1 MB JSON',
  method: `A function whose reply is ${REPLY_FLOATS} numbers, ${CONNECTIONS} connections, ${WORKERS} workers. The master's delay is that of its event loop (perf_hooks, every millisecond) during our rounds.`,
  measure: (trial) => measure(trial, reply()),
};

export const largeRequest: Goal = {
  name: 'large-request',
  title: 'a request of 16 MB binary',
  method: `A float32 tensor of 16 MB in the binary form of the Open Inference Protocol, ${CONNECTIONS} connections, ${WORKERS} workers; the function answers two numbers of it.`,
  measure: (trial) => measure(trial, request()),
};

async function measure(trial: Trial, body: Body): Promise<Finding> {
  const serves = `loadtest/subjects/${body.model}`;
  const probe = new LoopDelayProbe();
  const servers: Running[] = [];
  try {
    const { nodeArgs, env } = probe;
    const ours = await startForkcast({ serves, workers: WORKERS, nodeArgs, env });
    servers.push(ours);
    servers.push(await startBaseline({ serves: `${serves}/model.mjs`, workers: WORKERS }));
    const order = { kind: 'sockets', connections: CONNECTIONS, asks: [body.ask] } as const;
    let bytes = 0;
    for (const server of servers) {
      bytes = await checked(server, body);
      await runRound(server, { ...order, port: server.port, seconds: 2 });
    }
    const rounds = await alternate(servers, trial.rounds(7, 3), async (server, number) => {
      await probe.read();
      const seconds = trial.seconds(4, 2);
      const round = await runRound(server, { ...order, port: server.port, seconds });
      const delay = server === ours ? await probe.read() : undefined;
      const figures: Figures = {
        megabytesPerSecond: (round.requestsPerSecond * bytes) / MEGABYTE,
        ...{ cpuMicros: round.cpuMicros, errors: round.errors, delay },
      };
      trial.note(line(server.name, number, figures));
      return figures;
    });
    for (const server of servers) await checked(server, body);
    return finding(body, rounds[0] ?? [], rounds[1] ?? []);
  } finally {
    await stopAll(servers);
    probe.remove();
  }
}

async function checked(server: Running, { ask, bytes, isRight }: Body): Promise<number> {
  const reply = await answerTo(server, ask);
  if (!isRight(reply)) throw new Error(`${server.name} answers wrong: ${reply.slice(0, 200)}`);
  return bytes(reply);
}

function finding({ what }: Body, ours: readonly Figures[], theirs: readonly Figures[]): Finding {
  const of = (rounds: readonly Figures[], read: (figures: Figures) => number) => rounds.map(read);
  const speed = (rounds: readonly Figures[]) => of(rounds, (figures) => figures.megabytesPerSecond);
  const cpu = (rounds: readonly Figures[]) => of(rounds, (figures) => figures.cpuMicros);
  const delays = of(ours, ({ delay }) => delay?.p99Ms ?? Number.NaN);
  const worst = of(ours, ({ delay }) => delay?.maxMs ?? Number.NaN);
  const row = (name: string, rounds: readonly Figures[]) => [
    name,
    short(median(speed(rounds))),
    short(median(cpu(rounds)) / 1000),
    String(of(rounds, ({ errors }) => errors).reduce((sum, errors) => sum + errors, 0)),
  ];
  return {
    verdicts: [
      atLeast(`${what}: bytes per second`, GOAL, ratiosOf(speed(ours), speed(theirs))),
      atMost(
        `${what}: the master's event-loop delay, p99`,
        DELAY_GOAL_MS,
        { median: median(delays), least: Math.min(...delays), most: Math.max(...delays) },
        'ms',
      ),
    ],
    tables: [
      {
        title: what,
        head: ['server', 'MB/s', 'CPU ms/request', 'errors', 'loop delay p99 ms', 'longest ms'],
        rows: [
          [...row('forkcast', ours), short(median(delays)), short(Math.max(...worst))],
          [...row('baseline', theirs), '', ''],
        ],
      },
    ],
    figures: { ours, theirs },
  };
}

function line(
  name: string,
  number: number,
  { megabytesPerSecond, cpuMicros, delay }: Figures,
): string {
  const loop =
    delay === undefined ? '' : `, loop p99 ${short(delay.p99Ms)} ms, max ${short(delay.maxMs)} ms`;
  return `${name}, round ${number}: ${short(megabytesPerSecond)} MB/s, ${short(cpuMicros / 1000)} ms CPU${loop}`;
}

function reply(): Body {
  return {
    model: 'big',
    what: '1 MB JSON reply',
    ask: jsonAsk('/predict', JSON.stringify({ instances: [{ floats: REPLY_FLOATS }] })),
    bytes: (text) => Buffer.byteLength(text),
    isRight: (text) => {
      const { predictions } = JSON.parse(text) as { predictions: number[][] };
      return predictions[0]?.length === REPLY_FLOATS && predictions[0][1] === Math.fround(1 / 4);
    },
  };
}

function request(): Body {
  const ask = tensorAsk(REQUEST_FLOATS);
  const last = (REQUEST_FLOATS - 1) % CYCLE;
  return {
    model: 'bytes',
    what: '16 MB binary request',
    ask,
    bytes: (text) => bodyBytes(ask).length + Buffer.byteLength(text),
    isRight: (text) => endsOf(text).join() === `0,${last}`,
  };
}
