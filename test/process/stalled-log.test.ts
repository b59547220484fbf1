/** A log reader that has stalled holds up neither answers nor the exit. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { get } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { CLI, expectGone, fixture, processTree } from './server.js';

/** A pipe with nobody who reads and no room left; returns its writing end. */
function fullPipe(path: string): number {
  execFileSync('mkfifo', [path]);
  const filling = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  onTestFinished(() => {
    closeSync(writing);
    closeSync(filling);
  });
  expect(() => {
    for (;;) writeSync(filling, Buffer.alloc(4096));
  }).toThrow('EAGAIN');
  return writing;
}

/** The status of the answer; undefined when nobody listens yet. */
function statusOf(socketPath: string, path: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    get({ socketPath, path }, (answer) => resolve(answer.resume().statusCode)).once('error', () =>
      resolve(undefined),
    );
  });
}

test('with its log pipe full it serves, and TERM ends it with exit 0', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const socketPath = join(folder, 'main');
  const args = [CLI, 'serve', fixture('echo'), '--workers', '1', '--bind', `unix:${socketPath}`];
  const child = spawn(
    process.execPath,
    [...args, '--admin-bind', `unix:${join(folder, 'admin')}`, '--drain-idle', '100ms'],
    {
      stdio: ['ignore', fullPipe(join(folder, 'log')), 'ignore'],
    },
  );
  onTestFinished(() => void child.kill('SIGKILL'));
  const exit = once(child, 'exit');
  while ((await statusOf(socketPath, '/readyz')) !== 200) {
    expect(child.exitCode).toBeNull();
    await sleep(10);
  }
  const pids = processTree(child.pid ?? 0);
  child.kill('SIGTERM');
  expect(await exit).toEqual([0, null]);
  await expectGone(pids);
});
