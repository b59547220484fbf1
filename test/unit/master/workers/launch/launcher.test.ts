import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  chainOf,
  findLauncher,
  withExecPath,
} from '../../../../../src/master/workers/launch/launcher.js';

describe('findLauncher', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'forkcast-'));
    vi.stubEnv('PATH', `${folder}${delimiter}${process.env.PATH}`);
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    rmSync(folder, { recursive: true });
  });

  function install(tool: string, script: string): string {
    const path = join(folder, tool);
    writeFileSync(path, `#!/bin/sh\n${script}\n`);
    chmodSync(path, 0o755);
    return path;
  }

  it('has one that does what it is asked and becomes the next', () => {
    const path = install('ask-for', '[ "$1" = --what ] && shift && exec "$@"');
    const launcher = { tool: 'ask-for', ask: ['--what'] };
    expect(findLauncher(launcher)).toEqual({ ...launcher, path });
  });

  it('has none that is not there, no program, or refuses', () => {
    install('refuses', 'exit 1');
    chmodSync(install('no-program', 'exec "$@"'), 0o644);
    for (const tool of ['refuses', 'no-program', 'not-there']) {
      expect(findLauncher({ tool, ask: [] })).toBeUndefined();
    }
  });

  it('has none that was taken away since', () => {
    const path = install('leaves', 'exec "$@"');
    const launcher = { tool: 'leaves', ask: [] };
    expect(findLauncher(launcher)).toBeDefined();
    rmSync(path);
    expect(findLauncher(launcher)).toBeUndefined();
  });
});

describe('chainOf', () => {
  const first = { tool: 'one', ask: ['-b', '0'], path: '/bin/one' };
  const second = { tool: 'two', ask: ['-k'], path: '/bin/two' };
  it.each([
    { launchers: [], execPath: '/bin/node', args: [] },
    { launchers: [first], execPath: '/bin/one', args: ['-b', '0', '/bin/node'] },
    {
      launchers: [first, second],
      execPath: '/bin/one',
      args: ['-b', '0', '/bin/two', '-k', '/bin/node'],
    },
  ])('starts $execPath with $args', ({ launchers, ...start }) => {
    expect(chainOf(launchers, '/bin/node')).toEqual(start);
  });
});

describe('withExecPath', () => {
  it('puts the own path back, also when the fork fails', () => {
    const own = process.execPath;
    expect(withExecPath('setpriv', () => process.execPath)).toBe('setpriv');
    expect(process.execPath).toBe(own);
    const fail = (): never => {
      throw new Error('no process');
    };
    expect(() => withExecPath('setpriv', fail)).toThrow('no process');
    expect(process.execPath).toBe(own);
  });
});
