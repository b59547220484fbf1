import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { forkSettings } from '../../../../../src/master/workers/launch/fork-settings.js';

describe('what a worker prints', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('goes to a log file that is as private as the log makes it', () => {
    const logFile = join(folder, 'log');
    forkSettings({ captureOutput: true, logFile, workerSchedulingPolicy: 'other' }).close();
    expect(statSync(logFile).mode & 0o007).toBe(0);
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
