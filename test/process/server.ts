/** Starts the built server as a user would, reads its log, and leaves nothing behind. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';

export type LogLine = { readonly msg: string; readonly level: string } & Record<string, unknown>;
export type Exit = { readonly code: number | null; readonly signal: string | null };

export type ServerOptions = {
  /** What to serve: a fixture model's name, or an absolute path. */
  readonly path: string;
  /** 2 unless told. */
  readonly workers?: number;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Log messages of level error and above that the test expects. */
  readonly expectedErrors?: readonly string[];
  /** False: do not wait for the first worker. */
  readonly waitForReady?: boolean;
  /** Start in a process group of its own, to signal all of it. */
  readonly detached?: boolean;
  /** What it inherits as descriptors 3, 4, … */
  readonly fds?: readonly number[];
};

export const ROOT: string = fileURLToPath(new URL('../..', import.meta.url));
export const CLI: string = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const WAIT_MS = 20_000;
/** Idle connections of a test's clients need not hold its server's end for two seconds. */
const TEST_ENV = { FORKCAST_LOG_FORMAT: 'json', FORKCAST_DRAIN_IDLE: '300ms' };

export function fixture(name: string): string {
  return name.startsWith('/')
    ? name
    : fileURLToPath(new URL(`../fixtures/models/${name}`, import.meta.url));
}

/** A running server, as its operator sees it. */
export class TestServer {
  readonly child: ChildProcess;
  readonly lines: LogLine[] = [];
  readonly exited: Promise<Exit>;
  url = '';
  adminUrl = '';
  stderr = '';
  /** What it wrote to its standard output that was no log line. */
  stdout = '';
  readonly #watchers = new Set<() => void>();
  #rest = '';

  constructor(child: ChildProcess) {
    this.child = child;
    child.stdout?.setEncoding('utf8').on('data', (text: string) => this.#read(text));
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.stderr += text;
      this.#wake();
    });
    this.exited = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve({ code, signal });
        this.#wake();
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  linesOf(msg: string): LogLine[] {
    return this.lines.filter((line) => line.msg === msg);
  }

  /** The first line that matches, past or to come. */
  async line(msg: string, matches: (line: LogLine) => boolean = () => true): Promise<LogLine> {
    return this.until(`the log line "${msg}"`, () => this.linesOf(msg).find(matches));
  }

  /** Waits for a condition on the log; fails with its name, the log's tail and stderr. */
  async until<T>(what: string, look: () => T | undefined, waitMs: number = WAIT_MS): Promise<T> {
    const found = look();
    if (found !== undefined) return found;
    return new Promise((resolve, reject) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#watchers.delete(check);
      };
      const check = (): void => {
        const value = look();
        if (value === undefined) return;
        finish();
        resolve(value);
      };
      const timer = setTimeout(() => {
        finish();
        const tail = this.lines.slice(-15).map((line) => JSON.stringify(line));
        reject(new Error(`no ${what} within ${waitMs} ms\n${tail.join('\n')}\n${this.stderr}`));
      }, waitMs);
      this.#watchers.add(check);
    });
  }

  async status(): Promise<Status> {
    return JSON.parse(await textOf(`${this.adminUrl}/status`)) as Status;
  }

  /** Waits for a condition on the status; fails with its name. */
  async untilStatus(what: string, holds: (status: Status) => boolean): Promise<void> {
    const untilMs = Date.now() + WAIT_MS;
    while (!holds(await this.status())) {
      if (Date.now() > untilMs) throw new Error(`no ${what} within ${WAIT_MS} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  async metrics(): Promise<string> {
    return textOf(`${this.adminUrl}/metrics`);
  }

  async workerPids(): Promise<number[]> {
    const { workers } = await this.status();
    return workers.flatMap(({ pid }) => pid ?? []);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** TERM, then the exit; asserts that it drained and that no process is left. */
  async stop(): Promise<void> {
    const pids = processTree(this.pid);
    this.kill('SIGTERM');
    expect(await this.exited).toEqual({ code: 0, signal: null });
    await expectGone(pids);
  }

  #read(text: string): void {
    const parts = (this.#rest + text).split('\n');
    this.#rest = parts.pop() ?? '';
    for (const part of parts) this.#take(part);
    this.#wake();
  }

  #take(part: string): void {
    try {
      this.lines.push(JSON.parse(part) as LogLine);
    } catch {
      this.stdout += `${part}\n`;
    }
  }

  #wake(): void {
    for (const watcher of [...this.#watchers]) watcher();
  }
}

export type Status = {
  readonly state: string;
  readonly connections: number;
  readonly inFlight: number;
  readonly queue: { readonly depth: number; readonly bytes: number };
  readonly workersWanted: number;
  readonly rollout: { readonly generation: number } | null;
  readonly upgrade: unknown;
  readonly models: readonly Readonly<Record<string, unknown>>[];
  readonly workers: readonly {
    readonly slot: number;
    readonly pid?: number;
    readonly state: string;
    readonly inFlight?: number;
    readonly busySinceMs?: number | null;
    readonly served?: number;
  }[];
};

/** Over a connection of its own: a kept one is closed when another master takes the admin port. */
function textOf(url: string): Promise<string> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => text(response).then(resolve, reject)).on(
      'error',
      reject,
    );
  });
}

/** Spawns `forkcast serve` on free ports. Ended after the test, whatever happened. */
export async function startServer(options: ServerOptions): Promise<TestServer> {
  const args = [
    CLI,
    'serve',
    fixture(options.path),
    '--bind',
    '127.0.0.1:0',
    '--admin-bind',
    '127.0.0.1:0',
  ];
  const server = launch(
    process.execPath,
    [...args, '--workers', String(options.workers ?? 2), ...(options.args ?? [])],
    options,
  );
  server.url = await addressOf(server, 'listening');
  server.adminUrl = await addressOf(server, 'admin listening');
  if (options.waitForReady !== false) await server.line('worker ready');
  return server;
}

/** Runs any command as a server under test. */
export function launch(
  command: string,
  args: readonly string[],
  options: Omit<ServerOptions, 'path'>,
): TestServer {
  const child = spawn(command, args, {
    cwd: ROOT,
    env: { ...process.env, ...TEST_ENV, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe', ...(options.fds ?? [])],
    detached: options.detached === true,
  });
  const server = new TestServer(child);
  onTestFinished(() => tearDown(server, options.expectedErrors ?? []));
  return server;
}

async function addressOf(server: TestServer, msg: string): Promise<string> {
  const found = await Promise.race([
    server.line(msg),
    server.exited.then(({ code }) => {
      throw new Error(`the server exited at start with ${code}: ${server.stderr}`);
    }),
  ]);
  return `http://${String(found.address)}`;
}

/** Nothing of a server may outlive its test, and its log may hold no error the test did not expect. */
async function tearDown(server: TestServer, expectedErrors: readonly string[]): Promise<void> {
  const pids = processTree(server.pid);
  if (server.child.exitCode === null && server.child.signalCode === null) server.kill('SIGKILL');
  await server.exited;
  await expectGone(pids);
  const stray = server.lines.filter(
    ({ level, msg }) => (level === 'error' || level === 'fatal') && !expectedErrors.includes(msg),
  );
  expect(stray).toEqual([]);
}

/** Waits until none of these processes is there any more (zombies of others count as gone). */
export async function expectGone(pids: readonly number[]): Promise<void> {
  const untilMs = Date.now() + WAIT_MS;
  let left = pids.filter(isAlive);
  while (left.length > 0 && Date.now() < untilMs) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    left = left.filter(isAlive);
  }
  expect(left, 'processes left behind').toEqual([]);
}

export function isAlive(pid: number): boolean {
  return statOf(pid)?.state !== undefined && statOf(pid)?.state !== 'Z';
}

/** A process and all its descendants. */
export function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : undefined;
    if (stat !== undefined) parents.set(Number(name), stat.parent);
  }
  const tree = [pid];
  for (const ancestor of tree) {
    for (const [child, parent] of parents) if (parent === ancestor) tree.push(child);
  }
  return tree.filter(isAlive);
}

function statOf(pid: number): { state: string; parent: number } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parent = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parent: Number(parent) };
  } catch {
    return undefined;
  }
}

/** The worker that boots beside those that serve. */
export async function successor(server: TestServer): Promise<number> {
  let pid = 0;
  await server.untilStatus('worker that boots during the rollout', (status) => {
    const booting = status.workers.find(({ state }) => state === 'booting');
    pid = status.rollout === null ? 0 : (booting?.pid ?? 0);
    return pid > 0;
  });
  return pid;
}
