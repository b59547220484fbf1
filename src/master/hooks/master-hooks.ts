import type { Settings } from '../../config/settings.js';
import { ConfigError, messageOf } from '../../errors.js';
import type { Hooks } from '../../hooks/define-hooks.js';
import type { Logger } from '../../observe/logger.js';
import { HookFile } from './hook-file.js';

/** How long the master waits for hooks: less than what a supervisor grants beyond the graceful timeout. */
const HOOK_LIMIT_MS = 5000;

type HookSettings = Pick<Settings, 'hooks'>;
type FactsOf<Name extends keyof Hooks> = Parameters<NonNullable<Hooks[Name]>>[0];

/** The master's hooks: none of them can throw into it, hold it up, or end it. */
export class MasterHooks {
  readonly #log: Logger;
  #file: HookFile | undefined;
  /** Of earlier files, whose last calls still run. */
  readonly #leaving = new Set<Promise<void>>();

  private constructor(file: HookFile | undefined, log: Logger) {
    this.#file = file;
    this.#log = log;
  }

  /** @throws ConfigError when the file cannot be used */
  static async open({ hooks }: HookSettings, log: Logger): Promise<MasterHooks> {
    return new MasterHooks(await opened(hooks, log), log);
  }

  /** Nobody waits for it, unless the server ends meanwhile. */
  tell<Name extends keyof Hooks>(name: Name, facts: FactsOf<Name>): void {
    this.#file?.call(name, facts);
  }

  /** Resolves when this hook and all that were told before have ended, or have had their time. */
  async settled<Name extends keyof Hooks>(name: Name, facts: FactsOf<Name>): Promise<void> {
    this.tell(name, facts);
    await Promise.all([this.#file?.settled(HOOK_LIMIT_MS), ...this.#leaving]);
  }

  /** Imports the file anew; the old one is used until `commit`. @throws ConfigError */
  async prepare({ hooks }: HookSettings): Promise<{ commit(): void; discard(): void }> {
    const next = await opened(hooks, this.#log);
    return {
      commit: () => {
        if (this.#file !== undefined) this.#leave(this.#file);
        this.#file = next;
      },
      discard: () => next?.close(),
    };
  }

  close(): void {
    this.#file?.close();
  }

  /** What it has begun may be on its way to somebody who should know. */
  #leave(file: HookFile): void {
    const left = file.settled(HOOK_LIMIT_MS).then(() => {
      file.close();
      this.#leaving.delete(left);
    });
    this.#leaving.add(left);
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
