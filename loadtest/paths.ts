import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** The repository's root, from build/loadtest, where this runs, and from loadtest, where tests read it. */
export const ROOT: URL = rootAbove(new URL('.', import.meta.url));

/** A path from the root; an absolute one stays as it is. */
export function fileOf(path: string): string {
  return fileURLToPath(new URL(path, ROOT));
}

function rootAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  return rootAbove(new URL('../', folder));
}
