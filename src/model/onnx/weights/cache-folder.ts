/** The folder of our own in which files of weights lie. */
import { accessSync, constants, existsSync, lstatSync, mkdirSync, type Stats } from 'node:fs';
import { dirname, join } from 'node:path';

/** Only we may look into it: who could write there could change what models answer. */
const OURS_ALONE = 0o700;
const OTHERS_WRITE = 0o022;

/**
 * The first base in which we have a folder, or may make one.
 *
 * @throws Error naming each of them and what is wrong with it
 */
export function cacheFolder(bases: readonly string[]): string {
  const faults: string[] = [];
  for (const base of bases) {
    const folder = join(base, `forkcast-${ownUser()}`);
    const fault = prepare(folder);
    if (fault === undefined) return folder;
    faults.push(fault);
  }
  throw new Error(`no folder for shared weights (--cache-dir): ${faults.join('; ')}`);
}

/** Whether nobody but we could have written it. */
export function isOurs({ uid, mode }: Stats): boolean {
  return (uid === ownUser() || uid === 0) && (mode & OTHERS_WRITE) === 0;
}

function prepare(folder: string): string | undefined {
  try {
    make(folder);
    const look = lstatSync(folder);
    if (!look.isDirectory()) return `${folder} is no folder`;
    if (!isOurs(look)) return `${folder} can be written by others`;
    accessSync(folder, constants.W_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return `${folder}: ${REASONS[code ?? ''] ?? message}`;
  }
}

/** Node's own `recursive` never returns where nothing can be made, as in /proc. */
function make(folder: string): void {
  if (existsSync(folder)) return;
  make(dirname(folder));
  try {
    mkdirSync(folder, { mode: OURS_ALONE });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EROFS: 'the file system is read-only',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  ENOSPC: 'no space left',
  ENOTDIR: 'lies in something that is no folder',
};

/** Systems without users have one. */
function ownUser(): number {
  return process.geteuid?.() ?? 0;
}
