/** The server that is tried: started on free ports, asked over its admin port, ended by its pid. */
import { execFile } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../paths.js';
import { type Exit, type Launch, type LogLine, ServerProcess, within } from '../server-process.js';
import { pause } from './crowd.js';
import type { Trial } from './fault.js';
import { Repository } from './repository.js';

export type StandOptions = {
  readonly args?: readonly string[];
  readonly launch?: Launch;
  /** Arguments before those of the server, when `launch` has a command of its own. */
  readonly before?: readonly string[];
};

export type Status = {
  readonly pid: number;
  readonly inFlight: number;
  readonly connections: number;
  readonly workersWanted: number;
  readonly queue: { readonly depth: number; readonly bytes: number };
  readonly workers: readonly { readonly pid?: number; readonly state: string }[];
};

export type Told = { readonly code: number; readonly stdout: string; readonly stderr: string };

const CLI = fileURLToPath(new URL('dist/cli.js', ROOT));
const START_LIMIT_MS = 60_000;
const STOP_LIMIT_MS = 60_000;
const CTL_LIMIT_MS = 120_000;

export class Stand {
  readonly repository: Repository;
  readonly server: ServerProcess;
  readonly port: number;
  readonly adminPort: number;
  /** How many workers it was started with. */
  readonly workerCount: number;

  constructor(
    repository: Repository,
    server: ServerProcess,
    port: number,
    adminPort: number,
    workerCount: number,
  ) {
    this.repository = repository;
    this.server = server;
    this.port = port;
    this.adminPort = adminPort;
    this.workerCount = workerCount;
  }

  async status(): Promise<Status> {
    const reply = await fetch(`http://127.0.0.1:${this.adminPort}/status`, {
      // A pooled connection would count among the descriptors of the master.
      headers: { connection: 'close' },
      signal: AbortSignal.timeout(10_000),
    });
    return (await reply.json()) as Status;
  }

  /** Pids of the workers that serve. */
  async workers(): Promise<number[]> {
    const { workers } = await this.status();
    return workers.flatMap(({ pid, state }) =>
      state === 'ready' && pid !== undefined ? [pid] : [],
    );
  }

  /** Pid of the master that answers at the admin port: after an upgrade, not the one that was started. */
  async master(): Promise<number> {
    return (await this.status()).pid;
  }

  /** @returns whether it came to hold in time. */
  async until(holds: (status: Status) => boolean, withinMs = 30_000): Promise<boolean> {
    const untilMs = performance.now() + withinMs;
    while (!holds(await this.status())) {
      if (performance.now() > untilMs) return false;
      await pause(50);
    }
    return true;
  }

  untilReady(count: number, withinMs?: number): Promise<boolean> {
    const isReady = ({ workers }: Status) =>
      workers.filter(({ state }) => state === 'ready').length === count;
    return this.until(isReady, withinMs);
  }

  ctl(...words: string[]): Promise<Told> {
    const args = [CLI, 'ctl', ...words, '--admin', `127.0.0.1:${this.adminPort}`];
    return new Promise((resolve) => {
      execFile(process.execPath, args, { timeout: CTL_LIMIT_MS }, (error, stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
      });
    });
  }

  signal(signal: NodeJS.Signals): void {
    signalIfThere(this.server.pid, signal);
  }

  stop(): Promise<Exit> {
    return this.server.terminate(STOP_LIMIT_MS);
  }

  /** Ends the master that an upgrade has left, which is nobody's child. @returns whether it ended in time. */
  async stopNewest(): Promise<boolean> {
    const pid = await this.master();
    signalIfThere(pid, 'SIGTERM');
    return untilGone(pid);
  }
}

/** The caller stops it, and removes its repository. */
export async function startStand(trial: Trial, options: StandOptions = {}): Promise<Stand> {
  const repository = new Repository();
  const server = new ServerProcess(
    [
      ...(options.before ?? []),
      ...[CLI, 'serve', repository.path, '--default-model', 'subject'],
      ...['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0'],
      ...['--workers', String(trial.options.workers), '--threads', '1'],
      ...['--restart-backoff', '100ms', '--no-access-log', '--log-format', 'json'],
      ...(options.args ?? []),
    ],
    options.launch,
  );
  const [port, adminPort] = await Promise.all([
    portOf(server, 'listening'),
    portOf(server, 'admin listening'),
  ]);
  const stand = new Stand(repository, server, port, adminPort, trial.options.workers);
  const ready = await within(START_LIMIT_MS, 'workers', stand.untilReady(trial.options.workers));
  if (!ready) throw new Error('the workers did not become ready');
  return stand;
}

async function portOf(server: ServerProcess, msg: string): Promise<number> {
  const isIt = (line: LogLine) => line.msg === msg;
  const { address } = await server.logged(msg, isIt, START_LIMIT_MS);
  return Number(/:(\d+)$/.exec(String(address))?.[1]);
}

/** @returns whether the process ended in time. */
export async function untilGone(pid: number): Promise<boolean> {
  const untilMs = performance.now() + STOP_LIMIT_MS;
  while (existsSync(`/proc/${pid}`)) {
    if (performance.now() > untilMs) return false;
    await pause(50);
  }
  return true;
}

/** @returns false when it was gone already. */
export function signalIfThere(pid: number, signal: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, signal);
  } catch {
    return false;
  }
}

export function residentMb(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(text)?.[1] ?? Number.NaN) / 1024;
}

export function openDescriptors(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Deaths of workers that the server itself counted. */
export async function deathsIn({ adminPort }: Stand): Promise<number> {
  const reply = await fetch(`http://127.0.0.1:${adminPort}/metrics`, {
    headers: { connection: 'close' },
  });
  const counts = (await reply.text()).matchAll(/^forkcast_worker_restarts_total\{[^}]*\} (\d+)$/gm);
  let deaths = 0;
  for (const [, count] of counts) deaths += Number(count);
  return deaths;
}
