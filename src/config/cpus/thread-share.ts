/** How the CPUs are shared among the workers. */
import type { Settings } from '../settings.js';

type Sharing = Pick<Settings, 'threads' | 'hasAutoThreads' | 'cpus'>;

/** What each of so many workers computes with. */
export type ThreadShare = {
  /** Threads of a native runtime. */
  readonly threads: number;
  /** CPUs divided by workers; more threads than that are more than there are CPUs for. */
  readonly cpuShare: number;
};

/** @param workers how many there are to be when the worker starts, which need not be the setting */
export function threadShare(
  { threads, hasAutoThreads, cpus }: Sharing,
  workers: number,
): ThreadShare {
  const cpuShare = cpus.count / Math.max(1, workers);
  return { threads: hasAutoThreads ? wholeShare(cpuShare) : threads, cpuShare };
}

export function wholeShare(cpuShare: number): number {
  return Math.max(1, Math.floor(cpuShare));
}
