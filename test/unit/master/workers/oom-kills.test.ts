import { expect, test } from 'vitest';
import { readOomKills } from '../../../../src/master/workers/oom-kills.js';

const V2_EVENTS = 'low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 9\n';
const V1_CONTROL = 'oom_kill_disable 0\nunder_oom 0\noom_kill 5\n';
const V1_CGROUP = '12:pids:/docker/a\n7:memory:/docker/a\n0::/docker/a\n';

/** A machine with these files and no others. */
function countOn(files: Record<string, string>): number | undefined {
  return readOomKills((file) => {
    const text = files[file];
    if (text === undefined) throw new Error(`ENOENT: ${file}`);
    return text;
  });
}

test.each([
  {
    where: 'version 2, in a group',
    files: {
      '/proc/self/cgroup': '0::/system.slice/a:b.service\n',
      '/sys/fs/cgroup/system.slice/a:b.service/memory.events': V2_EVENTS,
      '/sys/fs/cgroup/memory.events': 'oom_kill 99\n',
    },
    count: 2,
  },
  {
    where: 'version 2, in a container that sees its group as the root',
    files: { '/proc/self/cgroup': '0::/\n', '/sys/fs/cgroup/memory.events': V2_EVENTS },
    count: 2,
  },
  {
    where: 'version 2, in a container that sees the path outside',
    files: { '/proc/self/cgroup': '0::/../a\n', '/sys/fs/cgroup/memory.events': V2_EVENTS },
    count: 2,
  },
  {
    where: 'version 1',
    files: {
      '/proc/self/cgroup': V1_CGROUP,
      '/sys/fs/cgroup/memory/docker/a/memory.oom_control': V1_CONTROL,
    },
    count: 5,
  },
  {
    where: 'version 1, in a container',
    files: {
      '/proc/self/cgroup': V1_CGROUP,
      '/sys/fs/cgroup/memory/memory.oom_control': V1_CONTROL,
    },
    count: 5,
  },
  {
    where: 'version 1 of an old kernel, which does not count',
    files: {
      '/proc/self/cgroup': V1_CGROUP,
      '/sys/fs/cgroup/memory/memory.oom_control': 'oom_kill_disable 0\nunder_oom 0\n',
    },
    count: undefined,
  },
  { where: 'no cgroup', files: {}, count: undefined },
  { where: 'a cgroup without files', files: { '/proc/self/cgroup': '0::/a\n' }, count: undefined },
])('$where: $count', ({ files, count }) => {
  expect(countOn(files)).toBe(count);
});
