/**
 * How many CPUs this process may use. Node sees the machine's CPUs and the cpuset,
 * but not the CPU quota of a cgroup: in a container limited to two CPUs of 64 it
 * would start 64 workers that the kernel then throttles.
 */
import { posix } from 'node:path';

const ROOT = '/sys/fs/cgroup';
/** Where distributions mount the `cpu` controller of cgroup v1. */
const V1_MOUNTS: readonly string[] = [`${ROOT}/cpu`, `${ROOT}/cpu,cpuacct`, `${ROOT}/cpuacct,cpu`];
const V2_MOUNTS: readonly string[] = [ROOT, `${ROOT}/unified`];

/** The text of a file, `undefined` when it cannot be read. */
export type ReadText = (path: string) => string | undefined;

/**
 * CPUs allowed by the cpuset (`available`, from `os.availableParallelism()`) and by the CPU
 * quotas of the process's cgroup and all cgroups above it; a part of a CPU does not count, and
 * it is at least 1.
 */
export function allowedCpus(available: number, readText: ReadText): number {
  const quotas = cgroupsOf(readText('/proc/self/cgroup') ?? '').flatMap((cgroup) =>
    ancestors(cgroup.path).flatMap((path) => quotasAt(cgroup.version, path, readText)),
  );
  return Math.max(1, Math.floor(Math.min(available, ...quotas)));
}

type Cgroup = { readonly version: 1 | 2; readonly path: string };

/** Lines of /proc/self/cgroup: `0::/path` is v2, `4:cpu,cpuacct:/path` is v1. */
function cgroupsOf(text: string): Cgroup[] {
  const cgroups: Cgroup[] = [];
  for (const line of text.split('\n')) {
    const [, id, controllers = '', path = ''] = /^(\d+):([^:]*):(\/.*)$/.exec(line) ?? [];
    if (id === '0' && controllers === '') cgroups.push({ version: 2, path });
    else if (controllers.split(',').includes('cpu')) cgroups.push({ version: 1, path });
  }
  return cgroups;
}

/**
 * The path and all above it, down to `/`. Without a cgroup namespace a container sees the host's
 * path, which does not exist below its own mount; its limits are then at `/`. A path with `..`
 * lies outside the namespace: only `/` can be read.
 */
function ancestors(path: string): string[] {
  const names = path.split('/').filter((name) => name !== '');
  if (names.includes('..')) return ['/'];
  return ['/', ...names.map((_, index) => `/${names.slice(0, index + 1).join('/')}`)];
}

function quotasAt(version: 1 | 2, path: string, readText: ReadText): number[] {
  if (version === 2) {
    return V2_MOUNTS.flatMap((mount) => v2Quota(readText(posix.join(mount, path, 'cpu.max'))));
  }
  return V1_MOUNTS.flatMap((mount) => {
    const folder = posix.join(mount, path);
    return v1Quota(
      readText(posix.join(folder, 'cpu.cfs_quota_us')),
      readText(posix.join(folder, 'cpu.cfs_period_us')),
    );
  });
}

/** cpu.max is `QUOTA PERIOD` in µs, or `max PERIOD` without a limit. */
function v2Quota(text: string | undefined): number[] {
  const [quota, period] = (text ?? '').trim().split(/\s+/);
  return cpusOf(quota, period);
}

/** A quota of −1 is no limit. */
function v1Quota(quota: string | undefined, period: string | undefined): number[] {
  return cpusOf(quota?.trim(), period?.trim());
}

function cpusOf(quota: string | undefined, period: string | undefined): number[] {
  const cpus = Number(quota) / Number(period);
  return Number.isFinite(cpus) && cpus > 0 ? [cpus] : [];
}
