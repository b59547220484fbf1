import { describe, expect, it } from 'vitest';
import { allowedCpus, type Cpus } from '../../../../src/config/cpus/allowed-cpus.js';

type Files = Readonly<Record<string, string>>;

const OWN = '/proc/self/cgroup';
const MOUNTS = '/proc/self/mountinfo';
const ONLINE = '/sys/devices/system/cpu/online';
const STATUS = '/proc/self/status';
const V2 = '/sys/fs/cgroup';
const V1 = '/sys/fs/cgroup/cpu,cpuacct';

function allowed(files: Files): Cpus {
  return allowedCpus(8, (path) => files[path]);
}

function v1(folder: string, quota: number, periodUs = 100_000): Files {
  return {
    [`${folder}/cpu.cfs_quota_us`]: `${quota}\n`,
    [`${folder}/cpu.cfs_period_us`]: `${periodUs}\n`,
  };
}

function mask(online: string, list: string): Files {
  const status = `Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t${list}\nMems_allowed:\t1\n`;
  return { [ONLINE]: `${online}\n`, [STATUS]: status };
}

const V2_MOUNT = '28 25 0:26 / /sys/fs/cgroup ro,nosuid shared:4 - cgroup2 cgroup rw,nsdelegate\n';

describe('quotas, where mounts are not told', () => {
  it.each<{ what: string; cgroup?: string; files?: Files; cpus: number; at?: string }>([
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
    {
      what: 'v2 limit',
      cgroup: '0::/\n',
      files: { [`${V2}/cpu.max`]: '200000 100000\n' },
      cpus: 2,
      at: `${V2}/cpu.max`,
    },
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
    { what: 'v2 quota alone', cgroup: '0::/\n', files: { [`${V2}/cpu.max`]: '200000' }, cpus: 8 },
    {
      what: 'v2 limit of a parent',
      cgroup: '0::/kubepods/pod1/c1\n',
      files: {
        [`${V2}/kubepods/cpu.max`]: 'max 100000',
        [`${V2}/kubepods/pod1/cpu.max`]: '300000 100000',
        [`${V2}/kubepods/pod1/c1/cpu.max`]: '500000 100000',
      },
      cpus: 3,
      at: `${V2}/kubepods/pod1/cpu.max`,
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
      at: `${V1}/docker/1/cpu.cfs_quota_us`,
    },
    {
      what: 'v1 in a container',
      cgroup: '4:cpuacct,cpu:/docker/1\n',
      files: v1(V1, 300_000),
      cpus: 3,
    },
    {
      what: 'v1 own period',
      cgroup: '1:cpu:/\n',
      files: v1(`${V2}/cpu`, 100_000, 20_000),
      cpus: 5,
    },
    { what: 'v1 without limit', cgroup: '4:cpu,cpuacct:/\n', files: v1(V1, -1), cpus: 8 },
    {
      what: 'v1 without period',
      cgroup: '4:cpu,cpuacct:/\n',
      files: { [`${V1}/cpu.cfs_quota_us`]: '100000' },
      cpus: 8,
    },
    { what: 'another controller', cgroup: '4:cpuset:/a\n', files: v1(`${V1}/a`, 100_000), cpus: 8 },
  ])('$what: $cpus of 8 CPUs', ({ cgroup, files = {}, cpus, at }) => {
    const found = allowed({ ...files, ...(cgroup === undefined ? {} : { [OWN]: cgroup }) });
    expect(found.count).toBe(cpus);
    expect(found.limit).toBe(cpus === 8 ? 'none' : 'quota');
    if (at !== undefined) expect(found.at).toBe(at);
  });
});

describe('mounts', () => {
  it.each<{ what: string; mounts: string; cgroup: string; files: Files; expected: Cpus }>([
    {
      what: 'v2 elsewhere, with a space in its path',
      mounts: '28 25 0:26 / /mnt/my\\040groups rw - cgroup2 none rw\n',
      cgroup: '0::/a/b\n',
      files: { '/mnt/my groups/a/cpu.max': '250000 100000' },
      expected: { count: 2, limit: 'quota', at: '/mnt/my groups/a/cpu.max', allows: 2.5 },
    },
    {
      what: 'a usual place that is not mounted is not read',
      mounts: '28 25 0:26 / /mnt/c rw - cgroup2 none rw\n',
      cgroup: '0::/\n',
      files: { [`${V2}/cpu.max`]: '100000 100000' },
      expected: { count: 8, limit: 'none' },
    },
    {
      what: 'v1 in a container that sees the path of the host, nested',
      mounts: `40 30 0:33 /docker/1 ${V1} ro master:11 - cgroup cgroup rw,cpu,cpuacct\n`,
      cgroup: '4:cpu,cpuacct:/docker/1/job/step\n',
      files: { ...v1(V1, 600_000), ...v1(`${V1}/job`, 300_000), ...v1(`${V1}/docker`, 100_000) },
      expected: { count: 3, limit: 'quota', at: `${V1}/job/cpu.cfs_quota_us`, allows: 3 },
    },
    {
      what: 'v1 whose mount does not show the own path',
      mounts: `40 30 0:33 /docker/1 ${V1} ro - cgroup cgroup rw,cpu,cpuacct\n`,
      cgroup: '4:cpu,cpuacct:/docker/11\n',
      files: { ...v1(V1, 400_000), ...v1(`${V1}/1`, 100_000) },
      expected: { count: 4, limit: 'quota', at: `${V1}/cpu.cfs_quota_us`, allows: 4 },
    },
    {
      what: 'the mount of another controller is not read',
      mounts: '40 30 0:33 / /c/memory rw - cgroup cgroup rw,memory\n',
      cgroup: '4:cpu,cpuacct:/\n5:memory:/\n',
      files: v1('/c/memory', 100_000),
      expected: { count: 8, limit: 'none' },
    },
    {
      what: 'both versions: the controller counts where it is',
      mounts: `30 1 0:1 / ${V2}/unified rw - cgroup2 c rw\n31 1 0:2 / ${V1} rw - cgroup c rw,cpu,cpuacct\n`,
      cgroup: '4:cpu,cpuacct:/s\n0::/s\n',
      files: v1(`${V1}/s`, 150_000),
      expected: { count: 1, limit: 'quota', at: `${V1}/s/cpu.cfs_quota_us`, allows: 1.5 },
    },
  ])('$what', ({ mounts, cgroup, files, expected }) => {
    expect(allowed({ [MOUNTS]: mounts, [OWN]: cgroup, ...files })).toEqual(expected);
  });
});

describe('sets and masks', () => {
  const cpuset = `${V2}/a/cpuset.cpus.effective`;
  it.each<{ what: string; files: Files; expected: Cpus }>([
    {
      what: 'all of them',
      files: mask('0-7', '0-7'),
      expected: { count: 8, limit: 'none' },
    },
    {
      what: 'taskset',
      files: mask('0-7', '0-2,6'),
      expected: { count: 4, limit: 'affinity', at: STATUS, allows: 4 },
    },
    {
      what: 'a set of CPUs, which the mask follows',
      files: { ...mask('0-7', '4-5'), [cpuset]: '4-5\n' },
      expected: { count: 2, limit: 'cpuset', at: cpuset, allows: 2 },
    },
    {
      what: 'taskset inside a set',
      files: { ...mask('0-7', '5'), [cpuset]: '4-5\n' },
      expected: { count: 1, limit: 'affinity', at: STATUS, allows: 1 },
    },
    {
      what: 'a quota below the set',
      files: { ...mask('0-7', '0-3'), [cpuset]: '0-3', [`${V2}/a/cpu.max`]: '150000 50000' },
      expected: { count: 3, limit: 'quota', at: `${V2}/a/cpu.max`, allows: 3 },
    },
    {
      what: 'a set below the quota',
      files: { ...mask('0-7', '0-1'), [cpuset]: '0-1', [`${V2}/a/cpu.max`]: '350000 100000' },
      expected: { count: 2, limit: 'cpuset', at: cpuset, allows: 2 },
    },
    {
      what: 'a mask of CPUs that the machine does not have',
      files: mask('0-3', '0-239'),
      expected: { count: 4, limit: 'none' },
    },
    {
      what: 'CPUs that LXC numbers anew',
      files: { ...mask('0-1', '6-7'), [cpuset]: '6-7' },
      expected: { count: 2, limit: 'none' },
    },
    {
      what: 'more than Node says, which newer ones lower by themselves',
      files: mask('0-15', '0-11'),
      expected: { count: 12, limit: 'affinity', at: STATUS, allows: 12 },
    },
    {
      what: 'a set without a mask',
      files: { [cpuset]: '0,2,4-4' },
      expected: { count: 3, limit: 'cpuset', at: cpuset, allows: 3 },
    },
    {
      what: 'lists that say nothing',
      files: { ...mask('', 'none'), [cpuset]: '\n' },
      expected: { count: 8, limit: 'none' },
    },
  ])('v2, $what: $expected.count', ({ files, expected }) => {
    expect(allowed({ [OWN]: '0::/a\n', [MOUNTS]: V2_MOUNT, ...files })).toEqual(expected);
  });

  const SETS = '/sys/fs/cgroup/cpuset/docker/1';
  it.each<{ files: Files; cpus: number; at: string }>([
    { files: { [`${SETS}/cpuset.cpus`]: '0-4' }, cpus: 5, at: `${SETS}/cpuset.cpus` },
    {
      files: { [`${SETS}/cpuset.cpus`]: '0-4', [`${SETS}/cpuset.effective_cpus`]: '0-2' },
      cpus: 3,
      at: `${SETS}/cpuset.effective_cpus`,
    },
  ])('v1, a set of $cpus', ({ files, cpus, at }) => {
    const own = { [OWN]: '4:cpu:/docker/1\n3:cpuset:/docker/1\n' };
    expect(allowed({ ...own, ...files })).toEqual({
      count: cpus,
      limit: 'cpuset',
      at,
      allows: cpus,
    });
  });
});

it('is never less than 1', () => {
  expect(allowedCpus(0, () => undefined).count).toBe(1);
});
