import { Worker } from 'node:worker_threads';
import type { Logger } from '../../observe/logger.js';
import type { FromHooks, ToHooks } from './hook-messages.js';

const IMPORT_LIMIT_MS = 10_000;
/** Calls that may be unanswered; a hook that never ends must not fill the memory. */
const MOST_PENDING = 1000;
const THREAD = new URL('./hook-thread.js', import.meta.url);

type HookLog = Pick<Logger, 'error'>;
type Call = { readonly hook: string; readonly ended: Promise<void>; end(): void };

/**
 * A file of hooks, imported in a thread of its own.
 *
 * loading → usable → ended. Calls are answered in any order; a thread that is gone answers none.
 */
export class HookFile {
  readonly #thread: Worker;
  readonly #log: HookLog;
  readonly #pending = new Map<number, Call>();
  #names: readonly string[] = [];
  #calls = 0;
  #hasEnded = false;

  private constructor(thread: Worker, log: HookLog) {
    this.#thread = thread;
    this.#log = log;
  }

  /** @throws Error with the reason why it cannot be used */
  static open(file: string, log: HookLog): Promise<HookFile> {
    const thread = new Worker(THREAD, { workerData: { file }, execArgv: [] });
    const hooks = new HookFile(thread, log);
    return new Promise((resolve, reject) => {
      const fail = (reason: string): void => {
        clearTimeout(timer);
        hooks.close();
        reject(new Error(`${file}: ${reason}`));
      };
      const limit = `its import did not end within ${IMPORT_LIMIT_MS / 1000} s`;
      const timer = setTimeout(() => fail(limit), IMPORT_LIMIT_MS);
      thread.on('message', (message: FromHooks) => {
        if (message.type === 'unusable') fail(message.reason);
        else if (message.type !== 'loaded') hooks.#take(message);
        else {
          clearTimeout(timer);
          hooks.#names = message.names;
          thread.unref();
          resolve(hooks);
        }
      });
      thread.on('error', (error) => fail(error.message));
      thread.on('exit', () => {
        hooks.#gone();
        fail('it ended its thread');
      });
    });
  }

  /** Nothing where there is no such hook. */
  call(hook: string, facts: object): void {
    if (this.#hasEnded || !this.#names.includes(hook)) return;
    if (this.#pending.size >= MOST_PENDING) {
      this.#log.error({ hook }, 'hook left out: earlier ones have not ended');
      return;
    }
    this.#calls += 1;
    const id = this.#calls;
    let end = (): void => {};
    const ended = new Promise<void>((resolve) => {
      end = resolve;
    });
    this.#pending.set(id, { hook, ended, end });
    const message: ToHooks = { id, name: hook, facts };
    this.#thread.postMessage(message);
  }

  /** Waits until all calls that have begun have ended, well or not, or have had their time; logs those that have not. */
  async settled(limitMs: number): Promise<void> {
    const ended = Promise.all([...this.#pending.values()].map((call) => call.ended));
    const limit = after(limitMs);
    await Promise.race([ended, limit.promise]);
    limit.cancel();
    for (const hook of new Set([...this.#pending.values()].map((call) => call.hook))) {
      this.#log.error({ hook, limitMs }, 'hook did not end in time');
    }
  }

  /** Whatever still runs in it ends. */
  close(): void {
    this.#hasEnded = true;
    void this.#thread.terminate();
  }

  #take(message: FromHooks): void {
    if (message.type === 'stray') {
      this.#log.error({ err: message.error }, 'hooks failed');
      return;
    }
    if (message.type !== 'done' && message.type !== 'threw') return;
    if (message.type === 'threw') {
      this.#log.error({ hook: message.name, err: message.error }, 'hook failed');
    }
    this.#pending.get(message.id)?.end();
    this.#pending.delete(message.id);
  }

  #gone(): void {
    if (!this.#hasEnded && this.#names.length > 0) {
      this.#log.error({}, 'hooks ended their thread; none is called until the next reload');
    }
    this.#hasEnded = true;
    for (const { end } of this.#pending.values()) end();
    this.#pending.clear();
  }
}

function after(ms: number): { readonly promise: Promise<void>; cancel(): void } {
  let cancel = (): void => {};
  const promise = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    cancel = () => clearTimeout(timer);
  });
  return { promise, cancel };
}
