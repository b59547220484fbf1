import { describe, expect, it } from 'vitest';
import { workerEnvironment } from '../../../../src/link/process/worker-process.js';

describe('the environment of a worker', () => {
  it('has one pool of memory for all threads', () => {
    expect(workerEnvironment({ PATH: '/bin' })).toMatchObject({ MALLOC_ARENA_MAX: '1' });
  });

  it.each([
    { MALLOC_ARENA_MAX: '4' },
    { GLIBC_TUNABLES: 'glibc.malloc.tcache_count=0:glibc.malloc.arena_max=4' },
  ])('leaves pools to the operator: %j', (own) => {
    expect(workerEnvironment(own)).not.toHaveProperty('MALLOC_ARENA_MAX');
  });

  it('takes away what is not a worker’s business', () => {
    const environment = workerEnvironment({ NOTIFY_SOCKET: '/run/notify' });
    expect(environment).toHaveProperty('NOTIFY_SOCKET', undefined);
  });
});
