import { execFileSync } from 'node:child_process';
import { fstatSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diesWith } from '../../../../../src/link/process/worker-process.js';
import { findDeathSignal } from '../../../../../src/master/workers/launch/death-signal.js';
import { forkSettings } from '../../../../../src/master/workers/launch/fork-settings.js';
import { chainOf } from '../../../../../src/master/workers/launch/launcher.js';
import { findPolicy } from '../../../../../src/master/workers/launch/scheduling-policy.js';

describe('what a worker prints', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes to a log file that is as private as the log makes it', () => {
    const logFile = join(folder, 'log');
    const start = { captureOutput: true, logFile, workerSchedulingPolicy: 'other' } as const;
    const { settings, close } = forkSettings(start);
    expect(statSync(logFile).mode & 0o007).toBe(0);
    const fd = (settings.stdio as number[])[1] ?? 0;
    expect(settings.stdio).toEqual(['ignore', fd, fd, 'ipc', 'pipe']);
    expect(fstatSync(fd).ino).toBe(statSync(logFile).ino);
    close();
    expect(() => fstatSync(fd)).toThrow('EBADF');
  });

  it.each([
    { captureOutput: true, logFile: '-', output: 1 },
    { captureOutput: true, logFile: undefined, output: 1 },
    { captureOutput: false, logFile: '/nowhere/log', output: 'inherit' },
  ])('goes to $output where captureOutput is $captureOutput and the log $logFile', (start) => {
    const { output, captureOutput, logFile } = start;
    const { settings, close } = forkSettings({
      captureOutput,
      logFile: logFile as string,
      workerSchedulingPolicy: 'other',
    });
    close();
    expect(settings.stdio).toEqual(['ignore', output, output, 'ipc', 'pipe']);
  });

  it('goes to the standard output where nobody reads the pipe: the master never waits for one', () => {
    const logFile = join(folder, 'pipe');
    execFileSync('mkfifo', [logFile]);
    const { settings, close } = forkSettings({
      captureOutput: true,
      logFile,
      workerSchedulingPolicy: 'other',
    });
    close();
    expect(settings.stdio).toEqual(['ignore', 1, 1, 'ipc', 'pipe']);
  });
});

describe('what a worker is started by', () => {
  const own = process.execArgv;
  afterEach(() => {
    process.execArgv = own;
  });

  it.each(['batch', 'other'] as const)(
    'is what asks for the policy %s, then what ends it with its master; then Node with our flags',
    (workerSchedulingPolicy) => {
      process.execArgv = ['--stack-trace-limit=7'];
      const start = { captureOutput: false, logFile: '-', workerSchedulingPolicy };
      const { settings, execPath } = forkSettings(start);
      const policy = workerSchedulingPolicy === 'batch' ? findPolicy('batch') : undefined;
      const deathSignal = findDeathSignal();
      const launchers = [policy, deathSignal].flatMap((found) => found ?? []);
      const chain = chainOf(launchers, process.execPath);
      expect(execPath).toBe(chain.execPath);
      expect(settings.execArgv).toEqual([...chain.args, '--stack-trace-limit=7']);
      expect(settings.args).toEqual(deathSignal === undefined ? [] : [diesWith(process.pid)]);
    },
  );
});
