/** Ours and the server written by hand under the same load, in alternating rounds. */
import { checkAnswers } from './answers.js';
import { readSamples } from './digits.js';
import { type Ask, jsonAsk } from './load/ask.js';
import type { Options } from './options.js';
import { processTree, readPssBytes } from './process-tree.js';
import { medianRound, type Round, runRound } from './round.js';
import { stopAll } from './servers/running.js';
import { sum } from './statistics.js';
import { chosenTargets, startTarget, type Target, type TargetName } from './targets.js';

export type Figures = {
  readonly target: TargetName;
  readonly connections: number;
  readonly rounds: readonly Round[];
  readonly medians: Round;
};

export type Memory = {
  readonly target: TargetName;
  readonly processes: number;
  readonly pssBytes: number;
  readonly masterPssBytes: number;
};

export type Comparison = {
  readonly figures: readonly Figures[];
  readonly memory: readonly Memory[];
};

/** Long enough for the optimising compiler to settle, on every path and in every worker. */
const WARM_UP = { connections: 16, seconds: 3 };
const CHECKED_ROWS = 50;
const SENT_ROWS = 8;

export async function compare(options: Options, note: (text: string) => void): Promise<Comparison> {
  const samples = readSamples(options.model, CHECKED_ROWS);
  const asks = samples.slice(0, SENT_ROWS).map(({ body }) => jsonAsk('/predict', body));
  const targets: Target[] = [];
  try {
    for (const name of chosenTargets(options)) targets.push(await startTarget(name, options));
    for (const target of targets) {
      await checkAnswers(target, samples);
      await runRound(target, { kind: 'autocannon', port: target.port, asks, ...WARM_UP });
      note(`${target.name}: ${CHECKED_ROWS} answers right, warm`);
    }
    const figures: Figures[] = [];
    for (const connections of options.connections) {
      figures.push(...(await alternate(targets, connections, asks, options, note)));
    }
    return { figures, memory: targets.map(memoryOf) };
  } finally {
    await stopAll(targets);
  }
}

/** Rounds in turn, the order turned round each time, so that neither is always the second. */
async function alternate(
  targets: readonly Target[],
  connections: number,
  asks: readonly Ask[],
  options: Options,
  note: (text: string) => void,
): Promise<Figures[]> {
  const rounds = new Map<Target, Round[]>(targets.map((target) => [target, []]));
  for (let number = 1; number <= options.rounds; number += 1) {
    const inTurn = number % 2 === 1 ? targets : targets.toReversed();
    for (const target of inTurn) {
      const { seconds } = options;
      const order = { kind: 'autocannon', port: target.port, connections, seconds, asks } as const;
      const round = await runRound(target, order);
      rounds.get(target)?.push(round);
      note(roundLine(target.name, connections, number, round));
    }
  }
  return targets.map((target) => {
    const done = rounds.get(target) ?? [];
    return { target: target.name, connections, rounds: done, medians: medianRound(done) };
  });
}

function memoryOf(target: Target): Memory {
  const pids = processTree(target.server.pid);
  return {
    target: target.name,
    processes: pids.length,
    pssBytes: sum(pids.map(readPssBytes)),
    masterPssBytes: readPssBytes(target.server.pid),
  };
}

function roundLine(name: string, connections: number, number: number, round: Round): string {
  const { requestsPerSecond, cpuMicros, p99Ms, errors } = round;
  return (
    `${name}, ${connections} connections, round ${number}: ${requestsPerSecond.toFixed(0)} req/s, ` +
    `${cpuMicros.toFixed(1)} µs CPU, p99 ${p99Ms.toFixed(2)} ms, ${errors} errors`
  );
}
