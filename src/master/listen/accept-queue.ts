import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** The columns of a row that are read, of those that the kernel writes. */
const STATE = 3;
const QUEUES = 4;
const INODE = 9;

const LISTENING = '0A';

const TABLES = ['/proc/net/tcp', '/proc/net/tcp6'];

/**
 * Connections that the kernel has made and nobody has accepted yet, over the sockets of these
 * descriptors. Undefined where the system does not tell: elsewhere than on Linux, and of Unix sockets.
 */
export async function waitingConnections(
  descriptors: readonly number[],
  read: (file: string) => Promise<string> = (file) => readFile(file, 'utf8'),
  inodeOf: (descriptor: number) => number = (descriptor) => fstatSync(descriptor).ino,
): Promise<number | undefined> {
  if (descriptors.length === 0) return undefined;
  // By inode and not by address: another server may listen at the same one (SO_REUSEPORT).
  const inodes = new Set(descriptors.map((descriptor) => String(inodeOf(descriptor))));
  const texts = await Promise.all(TABLES.map((file) => read(file).catch(() => '')));
  const counts = texts.flatMap((text) => waitingAt(text, inodes));
  return counts.length === 0 ? undefined : counts.reduce((sum, count) => sum + count, 0);
}

/** For each of these sockets that listens, how many wait: what a listening socket has as rx_queue. */
function waitingAt(table: string, inodes: ReadonlySet<string>): number[] {
  return table.split('\n').flatMap((line) => {
    // Most rows are connections; a busy server has thousands.
    if (!line.includes(` ${LISTENING} `)) return [];
    const columns = line.trim().split(/\s+/);
    if (columns[STATE] !== LISTENING || !inodes.has(columns[INODE] ?? '')) return [];
    return [Number.parseInt(columns[QUEUES]?.split(':')[1] ?? '0', 16)];
  });
}
