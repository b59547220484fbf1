import { totalmem } from 'node:os';

/** Memory that this process and those beside it may have: of the machine, or of the cgroup. */
export function memoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  // Without a limit it is 0, or larger than any machine.
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}
