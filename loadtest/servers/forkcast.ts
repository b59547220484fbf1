/** Ours, as a user starts it, with the settings that make it comparable. */
import { fileOf } from '../paths.js';
import { type LogLine, ServerProcess } from '../server-process.js';
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
  /** A free one unless told. */
  readonly port?: number;
};

export type Forkcast = Running & { readonly adminPort: number };

export async function startForkcast(setup: ForkcastSetup): Promise<Forkcast> {
  const { workers } = setup;
  const server = new ServerProcess(
    [
      ...(setup.nodeArgs ?? []),
      ...[fileOf('dist/cli.js'), 'serve', fileOf(setup.serves)],
      ...['--bind', `127.0.0.1:${setup.port ?? 0}`, '--admin-bind', '127.0.0.1:0'],
      ...['--workers', String(workers), '--threads', '1'],
      // The server written by hand logs nothing either.
      ...['--no-access-log', '--log-format', 'json'],
      ...(setup.args ?? []),
    ],
    { env: setup.env ?? {} },
  );
  // All waits begin before the first line can have come.
  const [port, adminPort, readyAtMs] = await Promise.all([
    loggedPort(server, 'listening'),
    loggedPort(server, 'admin listening'),
    allReady(server, workers),
  ]);
  const workerPids = () => readyWorkerPids(adminPort);
  return { name: setup.name ?? 'forkcast', server, port, adminPort, readyAtMs, workerPids };
}

type Status = { readonly workers: readonly { readonly pid?: number; readonly state: string }[] };

async function readyWorkerPids(adminPort: number): Promise<number[]> {
  const reply = await fetch(`http://127.0.0.1:${adminPort}/status`, {
    signal: AbortSignal.timeout(START_LIMIT_MS),
  });
  const status = (await reply.json()) as Status;
  return status.workers.flatMap(({ pid, state }) =>
    state === 'ready' && pid !== undefined ? [pid] : [],
  );
}

/** @returns when the last of them was. */
async function allReady(server: ServerProcess, workers: number): Promise<number> {
  const slots = new Set<unknown>();
  const isLast = ({ msg, slot }: LogLine) => {
    if (msg === 'worker ready') slots.add(slot);
    return slots.size === workers;
  };
  await server.logged('all workers ready', isLast, START_LIMIT_MS);
  return performance.now();
}

async function loggedPort(server: ServerProcess, msg: string): Promise<number> {
  const { address } = await server.logged(msg, (line) => line.msg === msg, START_LIMIT_MS);
  const port = Number(/:(\d+)$/.exec(String(address))?.[1]);
  if (!Number.isInteger(port)) throw new Error(`no port in the address of "${msg}": ${address}`);
  return port;
}
