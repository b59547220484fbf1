import { expect, it } from 'vitest';
import { threadShare } from '../../../../src/config/cpus/thread-share.js';

it.each([
  { threads: 'auto', cpus: 8, workers: 2, share: { threads: 4, cpuShare: 4 } },
  { threads: 'auto', cpus: 8, workers: 3, share: { threads: 2, cpuShare: 8 / 3 } },
  { threads: 'auto', cpus: 2, workers: 8, share: { threads: 1, cpuShare: 0.25 } },
  { threads: 3, cpus: 8, workers: 4, share: { threads: 3, cpuShare: 2 } },
  { threads: 'auto', cpus: 4, workers: 0, share: { threads: 4, cpuShare: 4 } },
])('threads $threads, $workers workers on $cpus CPUs', ({ threads, cpus, workers, share }) => {
  const hasAutoThreads = threads === 'auto';
  const settings = { threads: Number(hasAutoThreads ? 7 : threads), hasAutoThreads };
  expect(threadShare({ ...settings, cpus: { count: cpus, limit: 'none' } }, workers)).toEqual(
    share,
  );
});
