/** Starts one server as a child process, reads its JSON log, and ends it by its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export type LogLine = Readonly<Record<string, unknown>>;

export type Launch = {
  /** Node unless told; it gets the arguments. */
  readonly command?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Where to its standard error goes; to ours unless told. */
  readonly stderr?: 'inherit' | 'ignore';
};

export type Exit = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

export class ServerProcess {
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly #child: ChildProcess;
  readonly #waiting = new Set<(line: LogLine) => void>();

  constructor(args: readonly string[], launch: Launch = {}) {
    this.#child = spawn(launch.command ?? process.execPath, args, {
      // What ONNX Runtime reports to its maker is no part of the comparison.
      env: { ...process.env, ORT_DISABLE_TELEMETRY: '1', ...launch.env },
      stdio: ['ignore', 'pipe', launch.stderr ?? 'inherit'],
    });
    if (this.#child.pid === undefined || this.#child.stdout === null) {
      throw new Error(`could not start ${args.join(' ')}`);
    }
    this.pid = this.#child.pid;
    this.exited = new Promise((resolve) => {
      this.#child.once('exit', (code, signal) => resolve({ code, signal }));
    });
    createInterface({ input: this.#child.stdout }).on('line', (text) => this.#read(text));
  }

  /** The first log line that `isIt` accepts. */
  async logged(what: string, isIt: (line: LogLine) => boolean, withinMs: number): Promise<LogLine> {
    let listener: ((line: LogLine) => void) | undefined;
    const line = new Promise<LogLine>((resolve) => {
      listener = (candidate) => {
        if (isIt(candidate)) resolve(candidate);
      };
      this.#waiting.add(listener);
    });
    const died = this.exited.then(({ code, signal }) => {
      throw new Error(`the server ended (${signal ?? code}) before its log said: ${what}`);
    });
    try {
      return await within(withinMs, `log line: ${what}`, Promise.race([line, died]));
    } finally {
      if (listener !== undefined) this.#waiting.delete(listener);
      died.catch(() => {});
    }
  }

  /** TERM, and KILL when that takes too long; how long it took and how it ended. */
  async terminate(withinMs: number): Promise<Exit & { readonly tookMs: number }> {
    const startedMs = performance.now();
    this.#child.kill('SIGTERM');
    try {
      const exit = await within(withinMs, 'the server to end after TERM', this.exited);
      return { ...exit, tookMs: performance.now() - startedMs };
    } catch {
      this.#child.kill('SIGKILL');
      return { ...(await this.exited), tookMs: performance.now() - startedMs };
    }
  }

  #read(text: string): void {
    let line: LogLine;
    try {
      line = JSON.parse(text) as LogLine;
    } catch {
      process.stderr.write(`${text}\n`);
      return;
    }
    for (const listener of this.#waiting) listener(line);
  }
}

export async function within<T>(ms: number, what: string, promise: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`waited ${ms} ms in vain for ${what}`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
