/** TERM under load: every client must be answered, and the server must end with 0. */
import { makeClients } from './clients.js';
import { pause } from './keep-alive-client.js';
import type { Options } from './options.js';
import { Tally } from './tally.js';
import { startTarget, type TargetName } from './targets.js';

export type DrainResult = {
  readonly target: TargetName;
  readonly connections: number;
  readonly answers: number;
  readonly answersAfterTerm: number;
  readonly failures: number;
  readonly failuresByReason: Readonly<Record<string, number>>;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From TERM to the end of the process. */
  readonly tookMs: number;
};

const STOP_LIMIT_MS = 40_000;
/** With pauses some connections are idle at TERM and some are busy: both kinds must end well. */
const PAUSE_MS = 100;

export async function drain(name: TargetName, options: Options): Promise<DrainResult> {
  const target = await startTarget(name, options);
  const connections = options.connections[0] ?? 200;
  const tally = new Tally();
  let isTermSent = false;
  const clients = makeClients(connections, target, options, tally, {
    pauseMs: PAUSE_MS,
    mayBeRefused: () => isTermSent,
  });
  const running = clients.map((client) => client.run());
  await pause(options.seconds * 1000);
  const answersBefore = tally.answers;
  isTermSent = true;
  const { code, signal, tookMs } = await target.server.terminate(STOP_LIMIT_MS);
  // Whoever is left meets a closed listener at once.
  await Promise.all(running);
  return {
    target: name,
    connections,
    answers: tally.answers,
    answersAfterTerm: tally.answers - answersBefore,
    failures: tally.failures,
    failuresByReason: tally.failuresByReason,
    exitCode: code,
    signal,
    tookMs,
  };
}
