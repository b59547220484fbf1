import { totalmem } from 'node:os';

/**
 * Memory that this process and those beside it may have: of the machine, or of the cgroup.
 *
 * @param limit of the cgroup; without one it is 0, or larger than any machine
 */
export function memoryBytes(
  limit: number = process.constrainedMemory?.() ?? 0,
  total: number = totalmem(),
): number {
  return limit > 0 ? Math.min(limit, total) : total;
}
