/** Ours, as a user starts it, with the settings that make it comparable. */
import { fileOf } from '../paths.js';
import { ServerProcess, within } from '../server-process.js';
import { type Running, START_LIMIT_MS } from './running.js';

export type ForkcastSetup = {
  /** A model's file or folder, or a repository; from the root of this project, or absolute. */
  readonly serves: string;
  readonly workers: number;
  readonly args?: readonly string[];
  /** Options of Node itself. */
  readonly nodeArgs?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly name?: string;
};

export type Forkcast = Running & { readonly adminPort: number };

export async function startForkcast(setup: ForkcastSetup): Promise<Forkcast> {
  const { workers } = setup;
  const server = new ServerProcess(
    [
      ...(setup.nodeArgs ?? []),
      ...[fileOf('dist/cli.js'), 'serve', fileOf(setup.serves)],
      ...['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0'],
      ...['--workers', String(workers), '--threads', '1'],
      // The server written by hand logs nothing either.
      ...['--no-access-log', '--log-format', 'json'],
      ...(setup.args ?? []),
    ],
    { env: setup.env ?? {} },
  );
  // Both waits begin before either line can have come.
  const [port, adminPort] = await Promise.all([
    loggedPort(server, 'listening'),
    loggedPort(server, 'admin listening'),
  ]);
  await within(START_LIMIT_MS, 'all workers to be ready', allReady(adminPort, workers));
  const workerPids = () => readyWorkerPids(adminPort);
  return { name: setup.name ?? 'forkcast', server, port, adminPort, workerPids };
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
