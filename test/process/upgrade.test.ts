/** One master after another: what goes wrong, the pid file, the admin port, terminals. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Client } from './clients.js';
import { endAfterTest, stopMaster, upgrade } from './masters.js';
import { Repository } from './repository.js';
import { CLI, expectGone, fixture, isAlive, launch, processTree, startServer } from './server.js';

const folder = mkdtempSync(join(tmpdir(), 'forkcast-masters-'));
afterAll(() => rmSync(folder, { recursive: true }));

const pidFile = join(folder, 'server.pid');
const STARTED = 'upgrade: new master started';
const configFile = join(folder, 'forkcast.jsonc');

function pidIn(path: string): number {
  return Number(readFileSync(path, 'utf8'));
}

describe('an upgrade', () => {
  it('that fails changes nothing, and one that works hands over pid file and admin port', async () => {
    writeFileSync(configFile, '{ "workers": 1 }');
    const repository = new Repository();
    repository.lay('echo', 1);
    const args = ['-c', configFile, '--pid', pidFile, '--drain-idle', '50ms'];
    const server = await startServer({
      path: repository.path,
      workers: 1,
      args,
      expectedErrors: ['upgrade failed', 'server failed', 'worker died', 'boot failed'],
    });
    const client = new Client(server.url);
    expect(pidIn(pidFile)).toBe(server.pid);

    writeFileSync(configFile, '{ "queueLimit": -1, "noSuchThing": 1 }');
    server.kill('SIGUSR2');
    const failed = await server.line('upgrade failed');
    expect(failed).toMatchObject({ pid: server.pid, code: 2 });
    expect(String(failed.reason)).toMatch(/noSuchThing.*\n.*queueLimit/);
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    expect((await server.status()).upgrade).toEqual({ phase: 'none', newPid: null, oldPid: null });

    writeFileSync(configFile, '{ "keepAlive": "20s" }');
    repository.lay('echo', 1, true);
    server.kill('SIGUSR2');
    await server.until('another new master', () => server.linesOf(STARTED)[1]);
    endAfterTest(Number(server.linesOf(STARTED)[1]?.newPid));
    server.kill('SIGUSR2');
    const { reason } = await server.line('upgrade refused');
    expect(reason).toBe('an upgrade is under way');
    repository.release();
    const { newPid: pid } = await server.line('upgrade: new master serves');
    const newPid = Number(pid);
    expect([pidIn(pidFile), pidIn(`${pidFile}.2`)]).toEqual([server.pid, newPid]);
    const status = await server.status();
    expect(status.upgrade).toEqual({ phase: 'none', newPid: null, oldPid: server.pid });
    process.kill(newPid, 'SIGUSR2');
    await server.line('upgrade refused', ({ reason: why }) => why !== reason);

    server.kill('SIGTERM');
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await server.line('the master before this one is gone');
    expect([pidIn(pidFile), existsSync(`${pidFile}.2`)]).toEqual([newPid, false]);
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    client.close();
    await stopMaster(newPid);
    expect(existsSync(pidFile)).toBe(false);
  });

  it('to models that cannot be loaded fails; when a new master is killed, one that rests serves', async () => {
    const path = join(folder, 'current');
    symlinkSync(fixture('echo'), path);
    const server = await startServer({
      path,
      workers: 1,
      args: ['--drain-idle', '50ms'],
      expectedErrors: ['upgrade failed', 'server failed', 'worker died', 'boot failed'],
    });
    rmSync(path);
    symlinkSync(fixture('../unloadable/refuses-to-load'), path);
    server.kill('SIGUSR2');
    const failed = await server.line('upgrade failed');
    expect(failed).toMatchObject({ code: 11, reason: expect.stringContaining('could not boot') });
    rmSync(path);
    symlinkSync(fixture('echo'), path);

    const newPid = await upgrade(server);
    const newTree = processTree(newPid);
    const client = new Client(server.url);
    server.kill('SIGWINCH');
    await server.line('resting');
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    process.kill(newPid, 'SIGKILL');
    await expectGone([newPid]);
    // Nobody serves now; who comes waits in the backlog of the same socket.
    const asked = await new Client(server.url).post('/predict', { instances: [2] });
    expect(asked.status).toBe(200);
    await server.line('serving again');
    expect(await server.status()).toMatchObject({ pid: server.pid, state: 'serving' });
    await expectGone(newTree);
    client.close();
    await server.stop();
  });
});

describe('the pid file', () => {
  it('of a server that runs keeps another one from starting; that of a dead one does not', async () => {
    const path = join(folder, 'other.pid');
    const first = await startServer({ path: 'echo', workers: 1, args: ['--pid', path] });
    const args = ['serve', fixture('echo'), '-b', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0'];
    const second = launch(process.execPath, [CLI, ...args, '--pid', path], {});
    expect(await second.exited).toEqual({ code: 2, signal: null });
    expect(second.stderr).toContain(`is that of a server that runs (pid ${first.pid})`);
    expect(pidIn(path)).toBe(first.pid);
    first.kill('SIGKILL');
    await first.exited;
    const third = await startServer({ path: 'echo', workers: 1, args: ['--pid', path] });
    expect(pidIn(path)).toBe(third.pid);
    await third.stop();
  });
});

describe('WINCH', () => {
  it('says why it does nothing when no other master serves', async () => {
    const server = await startServer({ path: 'echo', workers: 1 });
    server.kill('SIGWINCH');
    const { reason } = await server.line('rest refused');
    expect(reason).toBe('no new master serves in its place');
    await server.stop();
  });

  const hasScript = spawnSync('script', ['--version']).error === undefined;
  it.skipIf(!hasScript)('is a window of another size on a terminal', async () => {
    const args = [
      'serve',
      fixture('echo'),
      '-w',
      '1',
      '-b',
      '127.0.0.1:0',
      '--admin-bind',
      '127.0.0.1:0',
    ];
    const line = [process.execPath, CLI, ...args].join(' ');
    const terminal = launch('script', ['-qefc', line, '/dev/null'], {});
    const { pid } = await terminal.line('worker ready');
    endAfterTest(Number(pid));
    process.kill(Number(pid), 'SIGWINCH');
    process.kill(Number(pid), 'SIGUSR1');
    await terminal.line('signal received', ({ signal }) => signal === 'SIGUSR1');
    expect(terminal.linesOf('rest refused')).toEqual([]);
    process.kill(Number(pid), 'SIGTERM');
    await terminal.exited;
    expect(isAlive(Number(pid))).toBe(false);
  });
});
