/**
 * SCHED_BATCH for workers: one that wakes does not interrupt who runs, so it finds all that the
 * master had to hand out and not only its beginning. Without it a worker and its master take turns
 * on a CPU for each few requests, which costs a sixth of the CPU time of small models. `chrt` of
 * util-linux asks for it, and needs no rights.
 */
import type { Settings } from '../../../config/settings.js';
import { type Found, findLauncher } from './launcher.js';

const CHRT = { tool: 'chrt', ask: ['--batch', '0'] } as const;

export function findPolicy(policy: Settings['workerSchedulingPolicy']): Found | undefined {
  return policy === 'batch' ? findLauncher(CHRT) : undefined;
}
