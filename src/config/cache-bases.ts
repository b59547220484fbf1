/** Where a folder for what can be made again may lie. */
import { homedir, tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { variableAtStart } from './sources/process-environment.js';

/** In the order in which they are tried. */
export function cacheBases(cacheDir: string | undefined): readonly string[] {
  return cacheDir === undefined ? [...usersOwn(), tmpdir()] : [cacheDir];
}

/** As the XDG base directory specification has it: a relative path is to be ignored. */
function usersOwn(): string[] {
  const named = variableAtStart('XDG_CACHE_HOME') ?? '';
  if (isAbsolute(named)) return [named];
  try {
    return [join(homedir(), '.cache')];
  } catch {
    return []; // a user without an entry, as in some containers
  }
}
