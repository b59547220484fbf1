/**
 * What a tree of processes costs, read from /proc (Linux): CPU time and memory.
 * The parsers are pure; the readers skip a process or thread that has just gone.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { sum } from './statistics.js';

/** CPU time by process id, in nanoseconds. */
export type CpuTimes = ReadonlyMap<number, number>;

/** The parent's pid, from /proc/PID/stat: the name in parentheses may hold spaces and parentheses. */
export function parseParentPid(stat: string): number {
  const afterName = stat.slice(stat.lastIndexOf(')') + 2);
  return Number(afterName.split(' ')[1]);
}

/** Time on a CPU in nanoseconds, from /proc/PID/task/TID/schedstat. */
export function parseRunNanos(schedstat: string): number {
  return Number(schedstat.split(' ')[0]);
}

/** The proportional set size in bytes (shared pages count by their share), from smaps_rollup. */
export function parsePssBytes(smapsRollup: string): number {
  const match = /^Pss:\s+(\d+) kB$/m.exec(smapsRollup);
  return match === null ? 0 : Number(match[1]) * 1024;
}

/** Bytes that are this process's alone, from smaps_rollup. */
export function parsePrivateBytes(smapsRollup: string): number {
  let kilobytes = 0;
  for (const [, kB] of smapsRollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB$/gm)) {
    kilobytes += Number(kB);
  }
  return kilobytes * 1024;
}

/** `root` first, then everything below it, given each process's parent. */
export function descendants(root: number, parents: ReadonlyMap<number, number>): number[] {
  const tree = [root];
  for (const pid of tree) {
    for (const [child, parent] of parents) if (parent === pid) tree.push(child);
  }
  return tree;
}

/** What was used between two readings; a process that is new counts from its start. */
export function cpuSpentNanos(before: CpuTimes, after: CpuTimes): Map<number, number> {
  const spent = new Map<number, number>();
  for (const [pid, nanos] of after) spent.set(pid, Math.max(0, nanos - (before.get(pid) ?? 0)));
  return spent;
}

export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = readOrUndefined(`/proc/${name}/stat`);
    if (stat !== undefined) parents.set(Number(name), parseParentPid(stat));
  }
  return descendants(root, parents);
}

export function readCpuTimes(pids: readonly number[]): CpuTimes {
  return new Map(pids.map((pid) => [pid, readRunNanos(pid)]));
}

export function readPssBytes(pid: number): number {
  return parsePssBytes(readOrUndefined(`/proc/${pid}/smaps_rollup`) ?? '');
}

export function readPrivateBytes(pid: number): number {
  return parsePrivateBytes(readOrUndefined(`/proc/${pid}/smaps_rollup`) ?? '');
}

// schedstat of a process covers its first thread only; the sum over its threads
// covers the garbage collector and the thread pool too. /proc/PID/stat has all of
// it in one number, but in steps of 10 ms: too coarse for short rounds.
function readRunNanos(pid: number): number {
  let threads: string[] = [];
  try {
    threads = readdirSync(`/proc/${pid}/task`);
  } catch {
    return 0;
  }
  return sum(
    threads.map((thread) => {
      const text = readOrUndefined(`/proc/${pid}/task/${thread}/schedstat`);
      return text === undefined ? 0 : parseRunNanos(text);
    }),
  );
}

function readOrUndefined(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
