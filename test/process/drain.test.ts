/** The drain delay, and draining by hand. */
import { expect, it } from 'vitest';
import { Client } from './clients.js';
import { ctl } from './ctl.js';
import { closedGate } from './gate.js';
import { expectGone, processTree, startServer } from './server.js';

it('drain-delay: not ready at once, but new connections are served as usual; a second TERM ends it', async () => {
  const args = ['--drain-delay', '1m', '--graceful-timeout', '2m'];
  const server = await startServer({ path: 'slow', workers: 1, args });
  const { file, open } = closedGate();
  const waiting = new Client(server.url).post('/predict', { instances: [{ gate: file }] });
  server.kill('SIGTERM');
  await server.line('drain delay');
  const fresh = new Client(server.url);
  expect((await fresh.get('/readyz')).status).toBe(503);
  expect((await fetch(`${server.adminUrl}/readyz`)).status).toBe(503);
  open();
  expect((await waiting).status).toBe(200);
  const answer = await fresh.post('/predict', { instances: [1] });
  expect(answer.status).toBe(200);
  expect(answer.headers.connection).not.toBe('close');
  expect((await server.status()).state).toBe('drain delay');
  const cut = fresh.post('/predict', { instances: [60_000] });
  await server.untilStatus('a request', ({ inFlight }) => inFlight === 1);
  server.kill('SIGTERM');
  expect((await cut).status).toBe(503);
  expect(await server.exited).toEqual({ code: 0, signal: null });
  fresh.close();
});

it('drain-delay: when it is over, the server drains as ever', async () => {
  const server = await startServer({ path: 'echo', args: ['--drain-delay', '300ms'] });
  const pids = processTree(server.pid);
  server.kill('SIGTERM');
  await server.line('drain delay');
  await server.line('draining');
  const [begunAt = 0, overAt = 0] = ['drain delay', 'draining'].map((msg) =>
    Date.parse(String(server.linesOf(msg)[0]?.time)),
  );
  expect(overAt - begunAt).toBeGreaterThanOrEqual(299); // both are cut off to whole milliseconds
  expect(await server.exited).toEqual({ code: 0, signal: null });
  await expectGone(pids);
});

it('ctl drain: says that it has begun; what was accepted is answered, then exit code 0', async () => {
  const server = await startServer({ path: 'slow', workers: 1, args: ['--drain-idle', '0s'] });
  const pids = processTree(server.pid);
  const { file, open } = closedGate();
  const waiting = [1, 2].map(() =>
    new Client(server.url).post('/predict', { instances: [{ gate: file }] }),
  );
  await server.untilStatus('two requests', ({ inFlight, queue }) => inFlight + queue.depth === 2);
  const said = 'the server drains; it exits when everything is answered\n';
  expect(await ctl(server, 'drain')).toEqual([0, said, '']);
  open();
  for (const { status } of await Promise.all(waiting)) expect(status).toBe(200);
  expect(await server.exited).toEqual({ code: 0, signal: null });
  await expectGone(pids);
});

it('ctl drain of a server that is idle, or has no workers, is answered all the same', async () => {
  const server = await startServer({ path: 'echo', workers: 1 });
  const none = await fetch(`${server.adminUrl}/scale`, { method: 'POST', body: '{"workers":0}' });
  expect(none.status).toBe(200);
  const drained = await fetch(`${server.adminUrl}/drain`, { method: 'POST' });
  expect(drained.status).toBe(200);
  expect(await server.exited).toEqual({ code: 0, signal: null });
});
