/** Rounds as rows of a table; pure. */
import { medianRound, type Round } from '../round.js';
import { spreadOf } from '../statistics.js';
import { short } from './verdict.js';

export const ROUND_HEAD: readonly string[] = [
  'server',
  'req/s',
  'p50 ms',
  'p99 ms',
  'CPU µs/request',
  'of it master + workers',
  'errors',
];

/** Medians of the rounds; of the CPU also its least and most. */
export function roundRow(name: string, rounds: readonly Round[]): string[] {
  const middle = medianRound(rounds);
  const { least, most } = spreadOf(rounds.map(({ cpuMicros }) => cpuMicros));
  return [
    name,
    middle.requestsPerSecond.toFixed(0),
    middle.p50Ms.toFixed(3),
    middle.p99Ms.toFixed(2),
    `${short(middle.cpuMicros)} (${short(least)}–${short(most)})`,
    `${short(middle.masterMicros)} + ${short(middle.workersMicros)}`,
    String(middle.errors),
  ];
}
