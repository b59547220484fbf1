/** The server among others on its machine: whom it runs as, and what it tells systemd. */
import {
  chmodSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client } from './clients.js';
import { stopMaster, upgrade } from './masters.js';
import { CLI, fixture, launch, startServer, type TestServer } from './server.js';

/** Instead of the program that talks to systemd: writes down what it was to say. */
function fakeSystemd(): { readonly env: Record<string, string>; said(): string[] } {
  const folder = temporaryFolder();
  const file = join(folder, 'said');
  const program = join(folder, 'bin', 'systemd-notify');
  mkdirSync(join(folder, 'bin'));
  writeFileSync(file, '');
  writeFileSync(program, `#!/bin/sh\necho "$*" >> ${file}\n`);
  chmodSync(program, 0o755);
  const PATH = `${join(folder, 'bin')}:${process.env.PATH}`;
  const env = { PATH, NOTIFY_SOCKET: join(folder, 'nobody'), WATCHDOG_USEC: '400000' };
  return { env, said: () => readFileSync(file, 'utf8').trim().split('\n') };
}

async function untilSaid(said: () => string[], pattern: RegExp, count = 1): Promise<void> {
  const times = () => said().filter((line) => pattern.test(line)).length;
  await expect.poll(times, { timeout: 20_000, interval: 20 }).toBeGreaterThanOrEqual(count);
}

/** What `ps` shows of a process. */
function titleOf(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0.*$/s, '');
}

it('tells systemd that it is ready, reloads, lives, is followed by another master, and stops', async () => {
  const { env, said } = fakeSystemd();
  const server = await startServer({
    path: 'echo',
    workers: 1,
    env,
    args: ['--drain-idle', '50ms', '--proc-name', 'wine'],
  });
  await untilSaid(said, /^READY=1/);
  await untilSaid(said, /^WATCHDOG=1$/, 2);
  const { workerPid } = await server.line('worker ready');
  expect(readFileSync(`/proc/${workerPid}/environ`, 'utf8')).not.toMatch(/NOTIFY_SOCKET|WATCHDOG/);
  expect(titleOf(server.pid)).toBe('forkcast: master [wine]');
  expect(titleOf(Number(workerPid))).toBe('forkcast: worker 0 [wine]');
  server.kill('SIGHUP');
  await untilSaid(said, /^READY=1/, 2);
  const newPid = await upgrade(server);
  await untilSaid(said, /^READY=1/, 3); // two masters speak, each in its own time
  server.kill('SIGTERM');
  expect(await server.exited).toEqual({ code: 0, signal: null });
  await stopMaster(newPid);
  await untilSaid(said, /^STOPPING=1/);
  const order = said().filter((line) => line !== 'WATCHDOG=1');
  expect(order).toEqual([
    'READY=1 STATUS=serving',
    expect.stringMatching(/^RELOADING=1 MONOTONIC_USEC=\d+ STATUS=reloading$/),
    'READY=1 STATUS=serving',
    'READY=1 STATUS=serving', // of the new master
    `MAINPID=${newPid}`,
    'STOPPING=1 STATUS=answering what was accepted',
  ]);
});

it('serves all the same where there is no program to tell systemd', async () => {
  const env = { PATH: '/nowhere', NOTIFY_SOCKET: '/nowhere/socket' };
  const server = await startServer({ path: 'echo', workers: 1, env });
  const { reason } = await server.line('systemd is not told how the server is');
  expect(reason).toBe('there is no program systemd-notify');
  await server.stop();
});

function identityOf(pid: number): { uid: string | undefined; groups: string | undefined } {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const uid = /^Uid:\s+(.*)$/m.exec(status)?.[1];
  return { uid, groups: /^Groups:\s*(.*?)\s*$/m.exec(status)?.[1] };
}

const isRoot = process.getuid?.() === 0;

it.runIf(isRoot)(
  'becomes another user when its places are open, and its workers are that user',
  async () => {
    const folder = temporaryFolder();
    chmodSync(folder, 0o755);
    const pid = join(folder, 'pid');
    const logFile = join(folder, 'log');
    const socket = join(folder, 'socket');
    const files = ['--pid', pid, '--log-file', logFile, '--access-log-file', '-', '--umask', '027'];
    const who = ['--user', '12345', '--group', '12346'];
    const args = ['serve', fixture('echo'), '-w', '1', '-b', `unix:${socket}`];
    const server = launch(
      process.execPath,
      [CLI, ...args, '--admin-bind', '127.0.0.1:0', ...files, ...who],
      {},
    );
    const logged = (msg: string): Record<string, unknown> | undefined =>
      linesIn(logFile).find((line) => line.msg === msg);
    await expect.poll(() => logged('worker ready'), { timeout: 20_000 }).toBeDefined();
    const workerPid = Number(logged('worker ready')?.workerPid);
    const ids = '12345\t12345\t12345\t12345';
    expect(identityOf(server.pid)).toEqual({ uid: ids, groups: '12346' });
    expect(identityOf(workerPid)).toEqual({ uid: ids, groups: '12346' });
    for (const file of [pid, logFile, socket]) {
      expect([statSync(file).uid, statSync(file).gid], file).toEqual([12345, 12346]);
    }
    expect(statSync(logFile).mode & 0o777).toBe(0o640);
    // What it can open again, it can rotate.
    server.kill('SIGUSR1');
    await expect.poll(() => logged('log files reopened'), { timeout: 20_000 }).toBeDefined();
    await server.stop();
  },
);

function linesIn(file: string): Record<string, unknown>[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  } catch {
    return [];
  }
}

it('does not start as a user that there is not', async () => {
  const args = ['serve', fixture('echo'), '--user', 'no-such-user', '--certfile', '/no/c'];
  const server: TestServer = launch(process.execPath, [CLI, ...args, '--keyfile', '/no/k'], {});
  expect(await server.exited).toEqual({ code: 2, signal: null });
  expect(server.stderr).toMatch(/user no-such-user: there is no such user on this machine/);
});

it('works in --chdir, with the variables of --env, from the flags of FORKCAST_CMD_ARGS', async () => {
  const folder = realpathSync(temporaryFolder());
  const server = await startServer({
    path: 'place',
    workers: 1,
    args: ['--chdir', folder],
    env: { FORKCAST_CMD_ARGS: "--env 'PLACE=here, and there' --chdir /" },
  });
  const client = new Client(server.url);
  const { text } = await client.post('/predict', { instances: ['PLACE'] });
  expect(JSON.parse(text)).toEqual({ predictions: [[folder, 'here, and there']] });
  expect(readlinkSync(`/proc/${server.pid}/cwd`)).toBe(folder);
  client.close();
  await server.stop();
});

it('says what folder it cannot work in', async () => {
  const server = launch(
    process.execPath,
    [CLI, 'serve', fixture('echo'), '--chdir', '/not/there'],
    {},
  );
  expect(await server.exited).toEqual({ code: 2, signal: null });
  expect(server.stderr).toContain('chdir: cannot work in /not/there: ENOENT');
});
