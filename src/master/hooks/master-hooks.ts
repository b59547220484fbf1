import type { Settings } from '../../config/settings.js';
import { ConfigError, messageOf } from '../../errors.js';
import type { Hooks } from '../../hooks/define-hooks.js';
import type { Logger } from '../../observe/logger.js';
import { HookFile } from './hook-file.js';

/** How long the master waits for a hook: less than what a supervisor grants beyond the graceful timeout. */
const HOOK_LIMIT_MS = 5000;

type HookSettings = Pick<Settings, 'hooks'>;
type FactsOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0];

/** The master's hooks: none of them can throw into it, hold it up, or end it. */
export class MasterHooks {
  readonly #log: Logger;
  #file: HookFile | undefined;

  private constructor(file: HookFile | undefined, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  /** @throws ConfigError when the file cannot be used */
  static async open({ hooks }: HookSettings, log: Logger): Promise<MasterHooks> {
    return new MasterHooks(await opened(hooks, log), log);
  }

  /** Nobody waits for it. */
  tell<Name extends keyof Hooks>(name: Name, facts: FactsOf<Name>): void {
    void this.#file?.call(name, facts);
  }

  /** Resolves when the hook has ended, or has had its time. */
  async settled<Name extends keyof Hooks>(name: Name, facts: FactsOf<Name>): Promise<void> {
    if (this.#file === undefined) return;
    const called = this.#file.call(name, facts).then(() => true);
    const { promise, cancel } = after(HOOK_LIMIT_MS);
    const hasEnded = await Promise.race([called, promise]);
    cancel();
    if (!hasEnded)
      this.#log.error({ hook: name, limitMs: HOOK_LIMIT_MS }, 'hook did not end in time');
  }

  /** Imports the file anew; the old one is used until `commit`. @throws ConfigError */
  async prepare({ hooks }: HookSettings): Promise<{ commit(): void; discard(): void }> {
    const next = await opened(hooks, this.#log);
    return {
      commit: () => {
        this.#file?.close();
        this.#file = next;
      },
      discard: () => next?.close(),
    };
  }

  close(): void {
    this.#file?.close();
  }
}

async function opened(path: string | undefined, log: Logger): Promise<HookFile | undefined> {
  if (path === undefined) return undefined;
  try {
    return await HookFile.open(path, log);
  } catch (error) {
    const reason = messageOf(error);
    throw new ConfigError([`hooks: cannot use ${reason}.`]);
  }
}

function after(ms: number): { promise: Promise<false>; cancel(): void } {
  let cancel = (): void => {};
  const promise = new Promise<false>((resolve) => {
    const timer = setTimeout(() => resolve(false), ms);
    cancel = () => clearTimeout(timer);
  });
  return { promise, cancel };
}
