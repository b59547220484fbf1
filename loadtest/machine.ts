/** What the machine is, and whether somebody else uses it. */
import { readFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { ratio, sum } from './statistics.js';

export type CpuTicks = { readonly all: number; readonly idle: number };

/** The first line of /proc/stat: `cpu user nice system idle iowait …`, the guests' at its end counted before. */
export function parseCpuTicks(stat: string): CpuTicks {
  const fields = (stat.split('\n')[0] ?? '').trim().split(/\s+/).slice(1, 9).map(Number);
  return { all: sum(fields), idle: (fields[3] ?? 0) + (fields[4] ?? 0) };
}

/** Share of all CPUs that was in use between two readings. */
export function busyShare(before: CpuTicks, after: CpuTicks): number {
  return 1 - ratio(after.idle - before.idle, after.all - before.all);
}

const LOOK_MS = 1000;
const QUIET_SHARE = 0.1;

/** Waits a while for the others to finish. @returns the share of the CPUs that was in use at last. */
export async function quiet(mostLooks: number): Promise<number> {
  for (let look = 1; ; look += 1) {
    const before = parseCpuTicks(readFileSync('/proc/stat', 'utf8'));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    const share = busyShare(before, parseCpuTicks(readFileSync('/proc/stat', 'utf8')));
    if (share <= QUIET_SHARE || look >= mostLooks) return share;
  }
}

export type Machine = {
  readonly cpu: string;
  readonly cpus: number;
  readonly memoryGb: number;
  readonly kernel: string;
  readonly node: string;
};

export function thisMachine(): Machine {
  return {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    memoryGb: Math.round(totalmem() / 1e9),
    kernel: readFileSync('/proc/sys/kernel/osrelease', 'utf8').trim(),
    node: process.version,
  };
}
