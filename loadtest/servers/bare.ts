/** Servers that do nothing but answer, see ../probes/hop.mjs. */
import { fileOf } from '../paths.js';
import { processTree } from '../process-tree.js';
import { type LogLine, ServerProcess } from '../server-process.js';
import { type Running, START_LIMIT_MS } from './running.js';

export type Bare = {
  readonly name: string;
  /** What each request is worked on, in milliseconds. */
  readonly workMs: number;
  /** Processes behind the one that is asked; none: it does the work itself. */
  readonly workers: number;
};

export async function startBare({ name, workMs, workers }: Bare): Promise<Running> {
  const role = workers === 0 ? ['direct'] : ['behind'];
  const args = [...role, String(workMs), String(workers)];
  const server = new ServerProcess([fileOf('loadtest/probes/hop.mjs'), ...args]);
  const isListening = ({ msg }: LogLine) => msg === 'listening';
  const { port } = await server.logged('listening', isListening, START_LIMIT_MS);
  const readyAtMs = performance.now();
  const workerPids = async () => processTree(server.pid).slice(1);
  return { name, server, port: Number(port), readyAtMs, workerPids };
}
