import type { Settings } from '../../config/settings.js';
import { ConfigError, messageOf } from '../../errors.js';

/** What was made ready for a reload. Neither may throw. */
export type Prepared = {
  /** The new generation is in place: what was made ready is used from now on. */
  commit(): void;
  /** The reload has failed: what was made ready is thrown away. */
  discard?(): void;
};

/**
 * Something of the master's that a reload renews beside workers, models and settings, such as
 * certificates. All or nothing: the first that cannot be made ready ends the reload.
 */
export type Reloadable = {
  /** For the log and for the reason of a failure. */
  readonly name: string;
  /** Reads and checks all that it takes, and changes nothing yet. @throws Error with the reason, or ConfigError with several */
  prepare(next: Settings): Prepared | Promise<Prepared>;
};

/** @throws ConfigError with the name and the reason of the first that fails, when the others are thrown away */
export async function prepareAll(
  reloadables: readonly Reloadable[],
  next: Settings,
): Promise<readonly Prepared[]> {
  const prepared: Prepared[] = [];
  for (const { name, prepare } of reloadables) {
    try {
      prepared.push(await prepare(next));
    } catch (error) {
      discardAll(prepared);
      if (error instanceof ConfigError) throw error;
      const reason = messageOf(error);
      throw new ConfigError([`${name}: ${reason}`]);
    }
  }
  return prepared;
}

export function discardAll(prepared: readonly Prepared[]): void {
  for (const one of prepared) one.discard?.();
}
