/** Hooks of the master and of modules: called in order with their facts, and harmless. */
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client } from './clients.js';
import { jsonLines, until } from './log-files.js';
import { CLI, expectGone, fixture, processTree, startServer } from './server.js';

const EXAMPLE = fileURLToPath(new URL('../../docs/example-hooks/events.mjs', import.meta.url));
const BAD = fileURLToPath(new URL('../fixtures/hooks/bad.mjs', import.meta.url));
const WEBHOOK = fileURLToPath(new URL('../fixtures/hooks/webhook.mjs', import.meta.url));

type Event = { readonly event: string } & Record<string, unknown>;

describe('hooks', () => {
  it('are called in order with their facts, in the master and in the workers', async () => {
    const events = join(temporaryFolder(), 'events');
    const server = await startServer({
      path: 'hooked',
      workers: 1,
      args: ['--hooks', EXAMPLE, '--graceful-timeout', '5s'],
      env: { EVENTS_FILE: events },
      expectedErrors: ['worker died'],
    });
    const seen = (): Event[] => jsonLines(events) as unknown as Event[];
    const named = (event: string, count = 1): Promise<Event> =>
      until(`event "${event}"`, () => seen().filter((one) => one.event === event)[count - 1]);
    const pid = server.pid;
    const [worker = 0] = await server.workerPids();
    expect(await named('starting')).toMatchObject({ pid, workers: 1, models: ['hooked'] });
    const facts = { pid: worker, slot: 0, model: 'hooked' };
    expect(await named('boot')).toEqual({ event: 'boot', ...facts });
    expect(await named('worker ready')).toEqual({ event: 'worker ready', ...facts });
    const addresses = [server.url.replace('http://', '')];
    expect(await named('ready')).toEqual({ event: 'ready', pid, addresses, workers: 1 });
    process.kill(worker, 'SIGKILL');
    expect(await named('worker exit')).toEqual({
      ...{ event: 'worker exit', slot: 0, pid: worker, code: null, signal: 'SIGKILL' },
      ...{ reason: expect.any(String), inFlight: 0, served: 0 },
      ...{ uptimeMs: expect.any(Number), isServerStopping: false },
    });
    await named('worker ready', 2);
    server.kill('SIGTTIN');
    expect(await named('worker count')).toEqual({ event: 'worker count', before: 1, now: 2 });
    await named('worker ready', 3);
    await server.stop();
    const names = seen().map(({ event }) => event);
    expect(names.slice(0, 3)).toEqual(['starting', 'boot', 'load']);
    expect(names.filter((name) => name === 'retire' || name === 'dispose')).toHaveLength(4);
    expect(names.indexOf('retire')).toBeLessThan(names.indexOf('dispose'));
    expect(seen().at(-1)).toEqual({ event: 'exit', pid, exitCode: 0 });
    expect(names.filter((name) => name === 'ready')).toHaveLength(1);
  });

  it('that throw, hang or end their thread harm nothing', async () => {
    const server = await startServer({
      path: 'hooked',
      args: ['--hooks', BAD],
      env: { HOOKED_THROWS: 'yes' },
      expectedErrors: ['hook failed', 'hooks failed', 'worker died', 'hook did not end in time'],
    });
    const failed = (hook: string): Promise<unknown> =>
      server.line('hook failed', (line) => line.hook === hook);
    for (const hook of ['onStarting', 'whenReady', 'onWorkerBoot', 'onWorkerReady']) {
      await failed(hook);
    }
    await server.line('hooks failed');
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    const [pid = 0] = await server.workerPids();
    process.kill(pid, 'SIGKILL');
    await server.line('worker died');
    await server.until('a successor', () => server.linesOf('worker ready')[2]);
    const client = new Client(server.url);
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    client.close();
    const pids = processTree(server.pid);
    server.kill('SIGTERM'); // the hook that computes for ever is still at it
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await expectGone(pids);
    await failed('onRetire');
    const late = server.linesOf('hook did not end in time');
    expect(late.map(({ hook, limitMs }) => ({ hook, limitMs }))).toEqual([
      { hook: 'onWorkerExit', limitMs: 5000 },
    ]);
  });

  it('have ended when the server has, also those of a file that a reload has replaced', async () => {
    const told: string[] = [];
    const held = new Set<ServerResponse>();
    const answerHeld = (): void => {
      for (const response of held) response.end();
    };
    const receiver = createServer(({ url = '' }, response) => {
      told.push(url);
      held.add(response);
    });
    onTestFinished(() => void receiver.close());
    await once(receiver.listen(0, '127.0.0.1'), 'listening');
    const { port } = receiver.address() as AddressInfo;
    const server = await startServer({
      path: 'echo',
      workers: 1,
      args: ['--hooks', WEBHOOK],
      env: { WEBHOOK: `http://127.0.0.1:${port}` },
    });
    const replaced = await server.workerPids();
    server.kill('SIGHUP');
    await server.line('reloaded');
    answerHeld();
    const pids = [...replaced, ...(await server.workerPids())];
    const admin = connect(Number(new URL(server.adminUrl).port), '127.0.0.1');
    await once(admin, 'connect');
    const stopped = server.stop();
    await once(admin, 'close'); // nothing is left of the server but its hooks
    receiver.on('request', answerHeld);
    answerHeld();
    await stopped;
    const expected = pids.flatMap((pid) => [`/${pid}/begun`, `/${pid}/ended`]);
    expect(told.sort()).toEqual(expected.sort());
  });

  it('are read anew by a reload, and a broken file leaves all as it was', async () => {
    const folder = temporaryFolder();
    const [events, hooks] = [join(folder, 'events'), join(folder, 'hooks.mjs')];
    copyFileSync(EXAMPLE, hooks);
    const server = await startServer({
      path: 'echo',
      workers: 1,
      args: ['--hooks', hooks],
      env: { EVENTS_FILE: events },
      expectedErrors: ['reload failed'],
    });
    writeFileSync(hooks, 'export const onExit = 5;\n');
    server.kill('SIGHUP');
    const { reason } = await server.line('reload failed');
    expect(reason).toContain(`cannot use ${hooks}: onExit: expected a function, got number`);
    const named = (text: string): string => text.replace("'exit'", "'exit of the new one'");
    writeFileSync(hooks, named(readFileSync(EXAMPLE, 'utf8')));
    server.kill('SIGHUP');
    await server.line('reloaded');
    await server.stop();
    const last = jsonLines(events).at(-1) as unknown as Event;
    expect(last.event).toBe('exit of the new one');
  });

  it.each([
    ['/nowhere/hooks.mjs', 'Cannot find module'],
    [fixture('echo/model.mjs'), 'it exports no hook; expected one of onStarting, whenReady,'],
  ])('a file that cannot be used ends the start with its reason: %s', (file, reason) => {
    const args = [CLI, fixture('echo'), '--hooks', file, '--bind', '127.0.0.1:0'];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
    expect(status).toBe(2);
    expect(stderr).toContain(`hooks: cannot use ${file}: ${reason}`);
  });
});
