/** The two servers under test: ours and the one written by hand. */
import { fileURLToPath } from 'node:url';
import type { Options } from './options.js';
import { ROOT } from './paths.js';
import { processTree } from './process-tree.js';
import { type LogLine, ServerProcess, within } from './server-process.js';

export type TargetName = 'forkcast' | 'baseline';

export type Target = {
  readonly name: TargetName;
  readonly server: ServerProcess;
  readonly port: number;
  /** Pids of the workers that are there now; they change when one is replaced. */
  workerPids(): Promise<number[]>;
};

const START_LIMIT_MS = 60_000;

export function chosenTargets(options: Options): TargetName[] {
  return options.target === 'both' ? ['forkcast', 'baseline'] : [options.target];
}

export function startTarget(name: TargetName, options: Options): Promise<Target> {
  return name === 'forkcast' ? startForkcast(options) : startBaseline(options);
}

async function startForkcast(options: Options): Promise<Target> {
  const server = new ServerProcess([
    file('dist/cli.js'),
    'serve',
    file(`models/${options.model}`),
    ...['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0'],
    ...['--workers', String(options.workers), '--threads', '1'],
    // The server written by hand logs nothing either.
    ...['--no-access-log', '--log-format', 'json'],
  ]);
  // Both waits begin before either line can have come.
  const [port, adminPort] = await Promise.all([
    loggedPort(server, 'listening'),
    loggedPort(server, 'admin listening'),
  ]);
  await within(START_LIMIT_MS, 'all workers to be ready', allReady(adminPort, options.workers));
  return { name: 'forkcast', server, port, workerPids: () => readyWorkerPids(adminPort) };
}

async function startBaseline(options: Options): Promise<Target> {
  const server = new ServerProcess([
    file('loadtest/baseline/server.mjs'),
    file(`models/${options.model}/model.onnx`),
    ...['--workers', String(options.workers), '--port', '0'],
  ]);
  const isListening = ({ msg }: LogLine) => msg === 'listening';
  const { port } = await server.logged('listening', isListening, START_LIMIT_MS);
  const workerPids = async () => processTree(server.pid).slice(1);
  return { name: 'baseline', server, port: Number(port), workerPids };
}

type Status = { readonly workers: readonly { readonly pid?: number; readonly state: string }[] };

async function readyWorkerPids(adminPort: number): Promise<number[]> {
  const reply = await fetch(`http://127.0.0.1:${adminPort}/status`);
  const status = (await reply.json()) as Status;
  return status.workers.flatMap(({ pid, state }) =>
    state === 'ready' && pid !== undefined ? [pid] : [],
  );
}

async function allReady(adminPort: number, workers: number): Promise<void> {
  while ((await readyWorkerPids(adminPort)).length < workers) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function loggedPort(server: ServerProcess, msg: string): Promise<number> {
  const { address } = await server.logged(msg, (line) => line.msg === msg, START_LIMIT_MS);
  const port = Number(/:(\d+)$/.exec(String(address))?.[1]);
  if (!Number.isInteger(port)) throw new Error(`no port in the address of "${msg}": ${address}`);
  return port;
}

function file(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}
