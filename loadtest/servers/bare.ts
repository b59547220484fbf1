/** Servers that do nothing but answer, see ../probes/hop.mjs. */
import { fileOf } from '../paths.js';
import { processTree } from '../process-tree.js';
import { type LogLine, ServerProcess } from '../server-process.js';
import { type Running, START_LIMIT_MS } from './running.js';

export type BareKind = 'direct' | 'behind';

export async function startBare(kind: BareKind): Promise<Running> {
  const server = new ServerProcess([fileOf('loadtest/probes/hop.mjs'), kind]);
  const isListening = ({ msg }: LogLine) => msg === 'listening';
  const { port } = await server.logged('listening', isListening, START_LIMIT_MS);
  const readyAtMs = performance.now();
  const workerPids = async () => processTree(server.pid).slice(1);
  return { name: `bare, ${kind}`, server, port: Number(port), readyAtMs, workerPids };
}
