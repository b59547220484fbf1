// What a command prints is written, or the command has failed.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CLI } from './server.js';

it.skipIf(process.platform !== 'linux')('a full disk is told and is no success', () => {
  const full = openSync('/dev/full', 'w');
  const args = [CLI, '--version'];
  const stdio = ['ignore', full, 'pipe'] as const;
  const { status, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    stdio: [...stdio],
  });
  closeSync(full);
  expect(stderr).toMatch(/^forkcast: cannot write to the standard output: ENOSPC: .*\n$/);
  expect(status).toBe(1);
});
