/**
 * How many CPUs this process may use. Node sees the machine's CPUs and those that its processes may
 * run on, but (before Node 24) not the CPU quota of a cgroup: in a container limited to two CPUs of
 * 64 it would start 64 workers that the kernel then throttles.
 */
import { posix } from 'node:path';
import { type Cgroups, cgroupsOf } from './cgroups.js';

/** The text of a file, `undefined` when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

export type Cpus = {
  /** Whole ones; at least 1. */
  readonly count: number;
  /** What bounds them; none: they are all that the machine has. */
  readonly limit: 'none' | 'cpuset' | 'affinity' | 'quota';
  /** The file that says so. */
  readonly at?: string;
  /** What it allows, which may be a part of a CPU. */
  readonly allows?: number;
};

type Limit = { readonly limit: Cpus['limit']; readonly cpus: number; readonly at?: string };

const STATUS = '/proc/self/status';

/**
 * The least of what the machine has, the CPU sets of the process's cgroups, its own affinity mask
 * (`taskset`) and the CPU quotas of its cgroup and all cgroups above it. A part of a CPU does not
 * count: the threads of 2.5 CPUs' quota would be stopped for a part of each period, all at once.
 *
 * @param available `os.availableParallelism()`, for systems that do not tell more
 */
export function allowedCpus(available: number, readText: ReadText): Cpus {
  const cgroups = cgroupsOf(readText);
  const limits: Limit[] = [
    ...processorLimits(available, readText),
    ...limitsIn(cgroups.get('cpuset') ?? [], (folder, version) =>
      cpusetIn(folder, version, readText),
    ),
    ...limitsIn(cgroups.get('cpu') ?? [], (folder, version) => quotaIn(folder, version, readText)),
  ];
  // Of equals the first: a mask follows from the set of a cgroup, which is the better reason.
  const ranked = limits.toSorted((a, b) => a.cpus - b.cpus || rank(a) - rank(b));
  const { limit, cpus, at } = ranked[0] ?? { limit: 'none' as const, cpus: available };
  const count = Math.max(1, Math.floor(cpus));
  if (limit === 'none' || at === undefined) return { count, limit };
  return { count, limit, at, allows: cpus };
}

const RANKS: readonly Cpus['limit'][] = ['none', 'quota', 'cpuset', 'affinity'];

function rank({ limit }: Limit): number {
  return RANKS.indexOf(limit);
}

/**
 * `available` is the number of those in both masks, but newer Nodes lower it by the cgroup's limits by
 * rules of their own. So it is asked only where Linux does not tell. A mask may name CPUs that the
 * machine does not have, and LXC numbers those of a container anew: only the numbers compare.
 */
function processorLimits(available: number, readText: ReadText): Limit[] {
  const online = listed(readText('/sys/devices/system/cpu/online'));
  const mask = listed(/^Cpus_allowed_list:(.*)$/m.exec(readText(STATUS) ?? '')?.[1]);
  if (online === undefined || mask === undefined) return [{ limit: 'none', cpus: available }];
  return [
    { limit: 'none', cpus: online },
    { limit: 'affinity', cpus: mask, at: STATUS },
  ];
}

function limitsIn(
  cgroups: readonly Cgroups[],
  read: (folder: string, version: 1 | 2) => Limit | undefined,
): Limit[] {
  return cgroups.flatMap(({ version, folders }) =>
    folders.flatMap((folder) => read(folder, version) ?? []),
  );
}

/** In v1 the first is what is left of the second while CPUs are offline. */
function cpusetIn(folder: string, version: 1 | 2, readText: ReadText): Limit | undefined {
  const names =
    version === 2 ? ['cpuset.cpus.effective'] : ['cpuset.effective_cpus', 'cpuset.cpus'];
  for (const name of names) {
    const at = posix.join(folder, name);
    const cpus = listed(readText(at));
    if (cpus !== undefined) return { limit: 'cpuset', cpus, at };
  }
  return undefined;
}

/** `QUOTA PERIOD` in µs in one file or in two; `max` and −1 are no limit. */
function quotaIn(folder: string, version: 1 | 2, readText: ReadText): Limit | undefined {
  const at = posix.join(folder, version === 2 ? 'cpu.max' : 'cpu.cfs_quota_us');
  const text = readText(at) ?? '';
  const period = version === 2 ? '' : readText(posix.join(folder, 'cpu.cfs_period_us'));
  const [quota, perPeriod] = `${text.trim()} ${period ?? ''}`.trim().split(/\s+/).map(Number);
  const cpus = (quota ?? Number.NaN) / (perPeriod ?? Number.NaN);
  return Number.isFinite(cpus) && cpus > 0 ? { limit: 'quota', cpus, at } : undefined;
}

/** How many a list like `0-3,8` has; undefined for an empty one, which says nothing. */
function listed(text = ''): number | undefined {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    if (first === undefined) return undefined;
    count += Math.max(0, Number(last) - Number(first) + 1);
  }
  return count > 0 ? count : undefined;
}
