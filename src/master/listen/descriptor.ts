import { readFileSync, readlinkSync } from 'node:fs';

/** Where Linux lists sockets, and what a line says of one that listens. */
const TABLES = [
  // `sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode`
  { name: 'tcp', inodeAt: 9, stateAt: 3, listening: '0A' },
  { name: 'tcp6', inodeAt: 9, stateAt: 3, listening: '0A' },
  // `Num RefCount Protocol Flags Type St Inode Path`
  { name: 'unix', inodeAt: 6, stateAt: 3, listening: '00010000' },
] as const;

export type Proc = { link(path: string): string; text(path: string): string };

const REAL_PROC: Proc = { link: readlinkSync, text: (path) => readFileSync(path, 'utf8') };

/**
 * Why an inherited descriptor cannot be listened on; undefined when it can, or when the system does
 * not tell. To be asked, since the kernel makes an unbound socket listen on a port of its choice.
 */
export function descriptorFault(fd: number, proc: Proc = REAL_PROC): string | undefined {
  if (attempt(() => proc.text('/proc/self/stat')) === undefined) return undefined;
  const target = attempt(() => proc.link(`/proc/self/fd/${fd}`));
  if (target === undefined) return 'the server was started without this descriptor';
  const inode = /^socket:\[(\d+)\]$/.exec(target)?.[1];
  if (inode === undefined) return `it is no socket but ${target}`;
  // Who is in none of the tables is of another network namespace, or no stream socket.
  const isListening = TABLES.map((table) => {
    const lines = attempt(() => proc.text(`/proc/self/net/${table.name}`))?.split('\n') ?? [];
    const cells = lines.map((line) => line.trim().split(/\s+/));
    const line = cells.find((cell) => cell[table.inodeAt] === inode);
    return line && line[table.stateAt] === table.listening;
  });
  return isListening.includes(false) ? 'it is a socket that does not listen' : undefined;
}

function attempt<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
