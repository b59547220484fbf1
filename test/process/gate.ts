/** What keeps a request of a fixture's model running until the test lets it go, and what tells that it runs. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';

export type Gate = {
  /** An instance that waits for it names this file. */
  readonly file: string;
  /** All that wait for it, and will, go on. */
  open(): void;
};

export function closedGate(): Gate {
  const file = join(temporaryFolder(), 'open');
  return { file, open: () => writeFileSync(file, '') };
}

export type Beginning = {
  /** The run of an instance that names this file makes it. */
  readonly file: string;
  seen(): Promise<void>;
};

/** A request that was sent to its worker may not have begun there: then it never will when its client leaves. */
export function beginning(): Beginning {
  const file = join(temporaryFolder(), 'begun');
  return { file, seen: async () => expect.poll(() => existsSync(file)).toBe(true) };
}
