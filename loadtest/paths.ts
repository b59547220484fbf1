import { existsSync } from 'node:fs';

/** The repository's root, from build/loadtest, where this runs, and from loadtest, where tests read it. */
export const ROOT: URL = rootAbove(new URL('.', import.meta.url));

function rootAbove(folder: URL): URL {
  if (existsSync(new URL('package.json', folder))) return folder;
  return rootAbove(new URL('../', folder));
}
