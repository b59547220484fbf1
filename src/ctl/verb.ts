import type { AdminClient } from './admin-client.js';

/** One thing to ask of a running server. */
export type Verb = {
  /** What follows it on the command line, such as `NAME`, which must be given, or `[LEVEL]`, which may. */
  readonly takes: readonly string[];
  readonly doc: string;
  /** @returns what is printed @throws StartError with the reason when it failed */
  run(admin: AdminClient, words: readonly string[], isJson: boolean): Promise<string>;
};
