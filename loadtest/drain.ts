/** TERM under load: every client must be answered, and the server must end with 0. */
import { readSamples } from './digits.js';
import { KeepAliveClient, pause } from './keep-alive-client.js';
import type { Options } from './options.js';
import { Tally } from './tally.js';
import { startTarget, type Target, type TargetName } from './targets.js';

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
const CLIENT = { pauseMs: 100, timeoutMs: 20_000 };

export async function drain(name: TargetName, options: Options): Promise<DrainResult> {
  const target = await startTarget(name, options);
  const connections = options.connections[0] ?? 200;
  const tally = new Tally();
  const term = { isSent: false };
  const clients = makeClients(target, options, connections, tally, term);
  const running = clients.map((client) => client.run());
  await pause(options.seconds * 1000);
  const answersBefore = tally.answers;
  term.isSent = true;
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

function makeClients(
  target: Target,
  options: Options,
  count: number,
  tally: Tally,
  term: { readonly isSent: boolean },
): KeepAliveClient[] {
  const samples = readSamples(options.model, 50);
  return Array.from(
    { length: count },
    () =>
      new KeepAliveClient({
        ...CLIENT,
        port: target.port,
        samples,
        mayBeRefused: () => term.isSent,
        answered: (ms) => tally.answered(ms),
        failed: (reason) => tally.failed(reason),
      }),
  );
}
