import { expect, it } from 'vitest';
import { allowedCpus } from '../../../src/config/cpus.js';

const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/cpu,cpuacct';

function v1(folder: string, quota: number, periodUs = 100_000) {
  return {
    [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${folder}/cpu.cfs_period_us`]: `${periodUs}\n`,
  };
}

it.each<{ what: string; cgroup?: string; files?: Record<string, string>; cpus: number }>([
  { what: 'no /proc at all', cpus: 8 },
  { what: 'no cgroup', cgroup: '', cpus: 8 },
  { what: 'nonsense', cgroup: 'what\n::\n0:\n', cpus: 8 },
  { what: 'v2 without the cpu controller', cgroup: '0::/a\n', cpus: 8 },
  {
    what: 'v2 without limit',
    cgroup: '0::/\n',
    files: { [`${V2}/cpu.max`]: 'max 100000\n' },
    cpus: 8,
  },
  { what: 'v2 limit', cgroup: '0::/\n', files: { [`${V2}/cpu.max`]: '200000 100000\n' }, cpus: 2 },
  {
    what: 'v2 part of a CPU',
    cgroup: '0::/\n',
    files: { [`${V2}/cpu.max`]: '350000 100000' },
    cpus: 3,
  },
  {
    what: 'v2 less than one',
    cgroup: '0::/\n',
    files: { [`${V2}/cpu.max`]: '20000 100000' },
    cpus: 1,
  },
  {
    what: 'v2 more than there is',
    cgroup: '0::/\n',
    files: { [`${V2}/cpu.max`]: '1600000 100000' },
    cpus: 8,
  },
  { what: 'v2 bad text', cgroup: '0::/\n', files: { [`${V2}/cpu.max`]: 'many few' }, cpus: 8 },
  { what: 'v2 period 0', cgroup: '0::/\n', files: { [`${V2}/cpu.max`]: '5 0' }, cpus: 8 },
  {
    what: 'v2 limit of a parent',
    cgroup: '0::/kubepods/pod1/c1\n',
    files: {
      [`${V2}/kubepods/cpu.max`]: 'max 100000',
      [`${V2}/kubepods/pod1/cpu.max`]: '300000 100000',
      [`${V2}/kubepods/pod1/c1/cpu.max`]: '500000 100000',
    },
    cpus: 3,
  },
  {
    what: 'v2 outside the namespace',
    cgroup: '0::/../../other\n',
    files: { [`${V2}/cpu.max`]: '400000 100000', '/sys/other/cpu.max': '100000 100000' },
    cpus: 4,
  },
  {
    what: 'v1 limit',
    cgroup: '5:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n0::/docker/1\n',
    files: v1(`${V1}/docker/1`, 250_000),
    cpus: 2,
  },
  {
    what: 'v1 in a container',
    cgroup: '4:cpuacct,cpu:/docker/1\n',
    files: v1(V1, 300_000),
    cpus: 3,
  },
  { what: 'v1 own period', cgroup: '1:cpu:/\n', files: v1(`${V2}/cpu`, 100_000, 20_000), cpus: 5 },
  { what: 'v1 without limit', cgroup: '4:cpu,cpuacct:/\n', files: v1(V1, -1), cpus: 8 },
  { what: 'another controller', cgroup: '4:cpuset:/a\n', files: v1(`${V1}/a`, 100_000), cpus: 8 },
])('$what: $cpus of 8 CPUs', ({ cgroup, files = {}, cpus }) => {
  const read = (path: string) => (path === '/proc/self/cgroup' ? cgroup : files[path]);
  expect(allowedCpus(8, read)).toBe(cpus);
});

it('is never less than 1', () => {
  expect(allowedCpus(0, () => undefined)).toBe(1);
});
