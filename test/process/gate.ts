/** What keeps a request of a fixture's model running until the test lets it go, however long that takes. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
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
