/** What each further worker costs in memory when a model has 100 MB of weights. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerTo } from '../answers.js';
import { type Ask, jsonAsk } from '../load/ask.js';
import { processTree, readPrivateBytes, readPssBytes } from '../process-tree.js';
import { runRound } from '../round.js';
import { startBaseline } from '../servers/baseline.js';
import { startForkcast } from '../servers/forkcast.js';
import { type Running, stopAll } from '../servers/running.js';
import { type Spread, spreadOf, sum } from '../statistics.js';
import { wideModel } from '../subjects/wide-model.js';
import type { Finding, Goal, Trial } from './goal.js';
import { atMost, short } from './verdict.js';

type Memory = {
  readonly name: string;
  /** Of each worker. */
  readonly privateMb: readonly number[];
  /** Of the whole tree. */
  readonly pssMb: number;
  readonly requestsPerSecond: number;
};

const WORKERS = 3;
const WIDTH = 5000;
const MODEL_MB = (WIDTH * WIDTH * 4) / 1e6;
const GOAL = 0.3;
/** What is added, a request of it and what it must answer. */
const SMALL_WIDTH = 4;
const WEIGHTS = ['shared', 'private'] as const;

export const sharedWeights: Goal = {
  name: 'shared-weights',
  title: 'private memory of each further worker, ONNX model of 100 MB',
  method: `A model of one ${WIDTH} × ${WIDTH} matrix, ${WORKERS} workers, after some load. Private memory is that of smaps_rollup: pages that no other process maps. What the model adds is its worker’s private memory less that of a worker whose model is tiny; the rest is Node.js, Fastify and ONNX Runtime themselves.`,
  measure,
};

async function measure(trial: Trial): Promise<Finding> {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-weights-'));
  try {
    const all: Memory[] = [];
    const look = async (start: () => Promise<Running>, width: number) => {
      const memory = await memoryOf(start, width, trial);
      trial.note(
        `${memory.name}: private MB of each worker ${memory.privateMb.map(short).join(', ')}`,
      );
      all.push(memory);
      return memory;
    };
    const tiny = writeModel(folder, 'tiny', SMALL_WIDTH);
    const wide = writeModel(folder, 'wide', WIDTH);
    const without = await look(() => ours(tiny, 'private', 'forkcast, tiny model'), SMALL_WIDTH);
    const [shared] = [
      await look(() => ours(wide, 'shared', 'forkcast, shared'), WIDTH),
      await look(() => ours(wide, 'private', 'forkcast, private'), WIDTH),
    ];
    const serves = join(wide, 'model.onnx');
    await look(() => startBaseline({ serves, workers: WORKERS }), WIDTH);
    return finding(all, shared, without);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function ours(serves: string, weights: (typeof WEIGHTS)[number], name: string): Promise<Running> {
  return startForkcast({ serves, workers: WORKERS, args: ['--weights', weights], name });
}

function finding(all: readonly Memory[], shared: Memory, without: Memory): Finding {
  const { median: node } = spreadOf(without.privateMb);
  const ofModel = (values: readonly number[]): Spread =>
    spreadOf(values.map((megabytes) => megabytes / MODEL_MB));
  return {
    verdicts: [
      atMost(
        'what the model adds',
        GOAL,
        ofModel(shared.privateMb.map((mb) => mb - node)),
        '× the model',
      ),
      atMost('all of the worker', GOAL, ofModel(shared.privateMb), '× the model'),
    ],
    tables: [
      {
        title: `${WORKERS} workers`,
        head: [
          'server',
          'private MB of a worker',
          'PSS MB of all processes',
          'req/s, 4 connections',
        ],
        rows: all.map(({ name, privateMb, pssMb, requestsPerSecond }) => [
          name,
          short(spreadOf(privateMb).median),
          short(pssMb),
          short(requestsPerSecond),
        ]),
      },
    ],
    figures: all,
  };
}

async function memoryOf(
  start: () => Promise<Running>,
  width: number,
  trial: Trial,
): Promise<Memory> {
  const server = await start();
  try {
    await checked(server, width);
    const load = { kind: 'sockets', connections: 4, seconds: trial.seconds(4, 2) } as const;
    const asks = [askOf(width)];
    const { requestsPerSecond } = await runRound(server, { ...load, port: server.port, asks });
    await checked(server, width);
    const workers = await server.workerPids();
    return {
      name: server.name,
      privateMb: workers.map((pid) => readPrivateBytes(pid) / 1e6),
      pssMb: sum(processTree(server.server.pid).map(readPssBytes)) / 1e6,
      requestsPerSecond,
    };
  } finally {
    await stopAll([server]);
  }
}

/** The first row of the matrix is what a 1 in the first place gives. */
function askOf(width: number): Ask {
  const row = Array.from({ length: width }, (_, at) => (at === 0 ? 1 : 0));
  return jsonAsk('/predict', JSON.stringify({ instances: [row] }));
}

async function checked(server: Running, width: number): Promise<void> {
  const { predictions } = JSON.parse(await answerTo(server, askOf(width))) as {
    predictions: number[][];
  };
  const row = predictions[0] ?? [];
  const isRight =
    row.length === width && row.every((value, column) => value === weightAt(0, column));
  if (!isRight) throw new Error(`${server.name} answers wrong: ${row.slice(0, 5).join(', ')} …`);
}

/** Whole numbers, which floats hold exactly; not all the same, so that pages are not. */
function weightAt(row: number, column: number): number {
  return (row * 31 + column * 17) % 1009;
}

/** @returns the folder that is served. */
function writeModel(folder: string, name: string, width: number): string {
  const path = join(folder, name);
  mkdirSync(path);
  writeFileSync(join(path, 'model.onnx'), wideModel(width, weightAt));
  return path;
}
