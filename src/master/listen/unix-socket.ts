import { existsSync, lstatSync, renameSync, rmSync, type Stats } from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';

/** The file of a Unix socket, and which one it is: the name may have been given to another since. */
export type SocketFile = { readonly path: string; readonly device: number; readonly inode: number };

/** The kernel's limit for the path of a Unix socket. */
const MAX_PATH_BYTES = 107;

let madeHere = 0;

/**
 * Makes a Unix socket under another name and renames it into place: so there is no moment in which
 * nobody listens at `path` when a socket is replaced, and none in which it has other permissions.
 * When a server closes, Node removes the name that was bound, which is gone by then; so it cannot
 * take away what another server has put at `path` meanwhile.
 *
 * @param listenAt binds and listens
 * @throws Error with code EADDRINUSE when a server answers at `path`
 */
export async function bindUnixSocket(
  path: string,
  mode: number,
  listenAt: (path: string) => Promise<void>,
): Promise<SocketFile> {
  const folder = dirname(path);
  // Node says EACCES of it, which would have people look at permissions.
  if (!existsSync(folder)) throw new Error(`there is no folder ${folder}`);
  await checkFree(path);
  const interim = interimPath(path);
  rmSync(interim, { force: true });
  await withMode(mode, () => listenAt(interim));
  try {
    renameSync(interim, path);
  } catch (error) {
    rmSync(interim, { force: true });
    throw error;
  }
  const { dev: device, ino: inode } = lstatSync(path);
  return { path, device, inode };
}

/** Removes it, unless the name has been given to another file meanwhile. */
export function removeSocketFile({ path, device, inode }: SocketFile): void {
  const stats = statsOf(path);
  if (stats?.dev !== device || stats.ino !== inode) return;
  try {
    rmSync(path, { force: true });
  } catch {
    // Its folder is another user's, as when root has made it: the next server sees that nobody answers.
  }
}

/** A socket that was left by a server that was killed is nobody's; any other file is somebody's. */
async function checkFree(path: string): Promise<void> {
  const stats = statsOf(path);
  if (stats === undefined) return;
  if (!stats.isSocket()) throw new Error('a file that is no socket has this name');
  const code = await knock(path);
  if (code !== 'ECONNREFUSED' && code !== 'ENOENT') {
    throw Object.assign(new Error(`a server listens there (${code})`), { code: 'EADDRINUSE' });
  }
}

/** How a connection goes: an error's code, or that it was accepted. */
function knock(path: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once('connect', () => {
      socket.destroy();
      resolve('it answers');
    });
    socket.once('error', ({ code, message }: NodeJS.ErrnoException) => resolve(code ?? message));
  });
}

/** Short, since the path of a socket has little room, and in the same folder, to be renamed. */
function interimPath(path: string): string {
  madeHere += 1;
  const interim = join(dirname(path), `.fc${process.pid.toString(36)}${madeHere.toString(36)}`);
  if (Buffer.byteLength(interim) <= MAX_PATH_BYTES) return interim;
  throw new Error('its folder has too long a name for the socket to be made beside it');
}

/** The mode is right from the first moment on: `chmod` afterwards would come late. */
async function withMode<T>(mode: number, act: () => Promise<T>): Promise<T> {
  const umask = process.umask(0o777 & ~mode);
  let acting: Promise<T>;
  try {
    // Binding happens before this returns; only what follows is waited for.
    acting = act();
  } finally {
    process.umask(umask);
  }
  return acting;
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}
