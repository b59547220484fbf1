import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findPolicy } from '../../src/master/workers/launch/scheduling-policy.js';
import { startServer } from './server.js';

const OTHER = 0;
const BATCH = 3;

/** The scheduling policy, the 41st figure of /proc/PID/stat; the second one may have blanks. */
function policyOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[38]);
}

describe('--worker-scheduling-policy', () => {
  const byDefault = findPolicy('batch') === undefined ? OTHER : BATCH;
  it.each([
    { name: 'batch by default', args: [], policy: byDefault },
    { name: 'other', args: ['--worker-scheduling-policy', 'other'], policy: OTHER },
  ])('$name: holds for workers and not for the master', async ({ args, policy }) => {
    const server = await startServer({ path: 'echo', args });
    const workers = await server.workerPids();
    expect(workers.map(policyOf)).toEqual(workers.map(() => policy));
    expect(policyOf(server.pid)).toBe(OTHER);
    await server.stop();
  });
});
