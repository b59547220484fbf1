/** Stopping under load: nobody sees a reset. */
import { describe, expect, it } from 'vitest';
import { runLoad } from '../clients.js';
import { expectGone, processTree, startServer } from '../server.js';

describe('TERM', () => {
  it('with 200 keep-alive clients at work: no reset, no 5xx, exit 0', async () => {
    const server = await startServer({ path: 'echo', args: ['--drain-idle', '2s'] });
    const pids = processTree(server.pid);
    const loading = runLoad(
      server.url,
      200,
      () => server.child.exitCode !== null,
      async (client, number) => {
        const { status, text } = await client.post('/predict', { instances: [number] });
        return status === 200 ? undefined : { status, text };
      },
    );
    await server.untilStatus('200 connections', ({ connections }) => connections === 200);
    server.kill('SIGTERM');
    const result = await loading;
    expect(result.failures).toEqual([]);
    expect(result.refused).toBe(200);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await expectGone(pids);
  });
});
