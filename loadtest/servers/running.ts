import type { ServerProcess } from '../server-process.js';

/** A server that can be asked. */
export type Running = {
  readonly name: string;
  readonly server: ServerProcess;
  readonly port: number;
  /** When all workers were, by `performance.now()`. */
  readonly readyAtMs: number;
  /** Pids of the workers that are there now; they change when one is replaced. */
  workerPids(): Promise<number[]>;
};

/** From its start to its first line or answer. */
export const START_LIMIT_MS = 60_000;
/** From TERM to its end. */
const STOP_LIMIT_MS = 40_000;

export async function stopAll(running: readonly Running[]): Promise<void> {
  await Promise.all(running.map(({ server }) => server.terminate(STOP_LIMIT_MS)));
}
