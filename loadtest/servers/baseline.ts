/** The servers written by hand, see ../baseline: one for an ONNX model, one for a function. */
import { fileOf } from '../paths.js';
import { processTree } from '../process-tree.js';
import { type LogLine, ServerProcess } from '../server-process.js';
import { type Running, START_LIMIT_MS } from './running.js';

export type BaselineSetup = {
  /** An ONNX file, or a module with `predict`; from the root of this project, or absolute. */
  readonly serves: string;
  readonly workers: number;
  readonly name?: string;
  /** A free one unless told. */
  readonly port?: number;
};

export async function startBaseline(setup: BaselineSetup): Promise<Running> {
  const program = setup.serves.endsWith('.onnx') ? 'server.mjs' : 'function.mjs';
  const server = new ServerProcess([
    fileOf(`loadtest/baseline/${program}`),
    fileOf(setup.serves),
    ...['--workers', String(setup.workers), '--port', String(setup.port ?? 0)],
  ]);
  const isListening = ({ msg }: LogLine) => msg === 'listening';
  const { port } = await server.logged('listening', isListening, START_LIMIT_MS);
  const readyAtMs = performance.now();
  const workerPids = async () => processTree(server.pid).slice(1);
  return { name: setup.name ?? 'baseline', server, port: Number(port), readyAtMs, workerPids };
}
