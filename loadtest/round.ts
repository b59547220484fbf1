/** One round: a stretch of load on one server, and what it cost that server. */
import { generate } from './load/generator.js';
import type { ClosedOrder, ClosedResult } from './load/order.js';
import { quantile } from './load/samples.js';
import { cpuSpentNanos, processTree, readCpuTimes } from './process-tree.js';
import type { Running } from './servers/running.js';
import { median, medianOfEach, ratio, sum } from './statistics.js';

export type Round = {
  readonly requestsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly errors: number;
  /** CPU of the whole process tree for one request, in microseconds; then its two parts. */
  readonly cpuMicros: number;
  readonly masterMicros: number;
  readonly workersMicros: number;
  /** The same for each process that worked, the master first. */
  readonly byProcessMicros: readonly number[];
  /** Latency in milliseconds at each of `PERCENTS`. */
  readonly quantiles: readonly number[];
};

export async function runRound(target: Running, order: ClosedOrder): Promise<Round> {
  const root = target.server.pid;
  const before = readCpuTimes(processTree(root));
  const result = await generate(order);
  const after = readCpuTimes(processTree(root));
  return roundOf(root, result, cpuSpentNanos(before, after));
}

/** Pure: what the figures of one round come to. */
export function roundOf(
  root: number,
  result: ClosedResult,
  spentNanos: ReadonlyMap<number, number>,
): Round {
  const masterNanos = spentNanos.get(root) ?? 0;
  const allNanos = sum(spentNanos.values());
  const perRequestMicros = (nanos: number) => ratio(nanos / 1000, result.requests);
  const others = [...spentNanos].filter(([pid]) => pid !== root).map(([, nanos]) => nanos);
  return {
    requestsPerSecond: ratio(result.requests, result.seconds),
    p50Ms: quantile(result.quantiles, 50),
    p99Ms: quantile(result.quantiles, 99),
    errors: result.errors,
    cpuMicros: perRequestMicros(allNanos),
    masterMicros: perRequestMicros(masterNanos),
    workersMicros: perRequestMicros(allNanos - masterNanos),
    byProcessMicros: [masterNanos, ...others].map(perRequestMicros),
    quantiles: result.quantiles,
  };
}

type NumberOf<T> = { [K in keyof T]: T[K] extends number ? K : never }[keyof T];

/** Each figure's own median; errors are added up, since none may be lost in a median. */
export function medianRound(rounds: readonly Round[]): Round {
  const of = (key: NumberOf<Round>) => median(rounds.map((round) => round[key]));
  return {
    requestsPerSecond: of('requestsPerSecond'),
    p50Ms: of('p50Ms'),
    p99Ms: of('p99Ms'),
    errors: sum(rounds.map(({ errors }) => errors)),
    cpuMicros: of('cpuMicros'),
    masterMicros: of('masterMicros'),
    workersMicros: of('workersMicros'),
    byProcessMicros: medianOfEach(rounds.map(({ byProcessMicros }) => byProcessMicros)),
    quantiles: medianOfEach(rounds.map(({ quantiles }) => quantiles)),
  };
}
