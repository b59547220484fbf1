/** The clients of the scenarios that look at every single answer. */
import { readSamples } from './digits.js';
import { KeepAliveClient } from './keep-alive-client.js';
import type { Options } from './options.js';
import type { Tally } from './tally.js';
import type { Target } from './targets.js';

export type ClientHabits = {
  /** Between an answer and the next request, at most. */
  readonly pauseMs: number;
  /** True when a refused connection is no failure any more. */
  readonly mayBeRefused: () => boolean;
};

const SAMPLES = 50;
const TIMEOUT_MS = 20_000;

export function makeClients(
  count: number,
  target: Target,
  options: Options,
  tally: Tally,
  habits: ClientHabits,
): KeepAliveClient[] {
  const samples = readSamples(options.model, SAMPLES);
  const make = (): KeepAliveClient =>
    new KeepAliveClient({
      ...habits,
      timeoutMs: TIMEOUT_MS,
      port: target.port,
      samples,
      answered: (ms) => tally.answered(ms),
      failed: (reason) => tally.failed(reason),
    });
  return Array.from({ length: count }, make);
}
