/** The Python servers of ../peers, as somebody starts them who knows them well. */
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { readSamples } from '../digits.js';
import { fileOf } from '../paths.js';
import { processTree } from '../process-tree.js';
import { ServerProcess } from '../server-process.js';
import { firstAnswer } from './first-answer.js';
import { freePort } from './free-port.js';
import type { Running } from './running.js';

export type Peer = {
  readonly name: string;
  readonly command: string;
  args(port: number, workers: number): readonly string[];
};

export const GUNICORN: Peer = {
  name: 'gunicorn + Flask + scikit-learn',
  command: 'gunicorn',
  args: (port, workers) => [
    ...['--chdir', fileOf('loadtest/peers'), '--bind', `127.0.0.1:${port}`],
    // The sync worker closes each connection after one reply.
    ...['--workers', String(workers), '--worker-class', 'gthread', '--threads', '4'],
    ...['--keep-alive', '75', '--log-level', 'warning', 'flask_app:app'],
  ],
};

export const UVICORN: Peer = {
  name: 'uvicorn + FastAPI + numpy',
  command: 'uvicorn',
  args: (port, workers) => [
    ...['--app-dir', fileOf('loadtest/peers'), '--host', '127.0.0.1', '--port', String(port)],
    ...['--workers', String(workers), '--no-access-log', '--log-level', 'warning'],
    ...['--timeout-keep-alive', '75', 'fastapi_app:app'],
  ],
};

/** A request runs on one core, as in ours; more threads would only get in each other's way. */
const ONE_THREAD = { OMP_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1', MKL_NUM_THREADS: '1' };

export function isInstalled({ command }: Peer): boolean {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, command), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

export async function startPeer(peer: Peer, workers: number): Promise<Running> {
  const port = await freePort();
  const { name, command } = peer;
  const server = new ServerProcess(peer.args(port, workers), { command, env: ONE_THREAD });
  const sample = readSamples('digits-lr', 1)[0];
  if (sample === undefined) throw new Error('no digits');
  const died = server.exited.then(() => {
    throw new Error(`${name} ended as it started; see loadtest/peers/install.sh`);
  });
  // It ends later too, and then nobody waits for it.
  died.catch(() => {});
  const readyAtMs = await Promise.race([firstAnswer(port, sample), died]);
  const workerPids = async () => processTree(server.pid).slice(1);
  return { name, server, port, readyAtMs, workerPids };
}
