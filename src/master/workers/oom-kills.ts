import { readFileSync } from 'node:fs';

/**
 * Counts the processes that the kernel killed for memory in this cgroup, so
 * that a SIGKILL can be told from one that somebody sent. Undefined where the
 * kernel does not say.
 */
export function readOomKills(
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): number | undefined {
  for (const file of oomFiles(read)) {
    const count = countIn(file, read);
    if (count !== undefined) return count;
  }
  return undefined;
}

function oomFiles(read: (file: string) => string): string[] {
  const lines = tryRead('/proc/self/cgroup', read)?.split('\n') ?? [];
  const unified = lines.find((line) => line.startsWith('0::'))?.slice('0::'.length) ?? '/';
  const memory = lines.map((line) => line.split(':')).find(([, kind]) => kind === 'memory');
  return [
    `/sys/fs/cgroup${unified === '/' ? '' : unified}/memory.events`,
    '/sys/fs/cgroup/memory.events',
    `/sys/fs/cgroup/memory${memory?.[2] ?? ''}/memory.oom_control`,
    '/sys/fs/cgroup/memory/memory.oom_control',
  ];
}

function countIn(file: string, read: (file: string) => string): number | undefined {
  const found = /^oom_kill (?<count>\d+)$/m.exec(tryRead(file, read) ?? '');
  const count = found?.groups?.count;
  return count === undefined ? undefined : Number(count);
}

function tryRead(file: string, read: (file: string) => string): string | undefined {
  try {
    return read(file);
  } catch {
    return undefined; // not this kind of cgroup
  }
}

/** Remembers the count between two looks. */
export class OomWatch {
  #last: number | undefined = readOomKills();

  /** True when the kernel has killed for memory since the last look. */
  hasRisen(): boolean {
    const before = this.#last;
    this.#last = readOomKills();
    return before !== undefined && this.#last !== undefined && this.#last > before;
  }
}
