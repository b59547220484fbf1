import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import {
  readHandover,
  startPlaceOf,
  successorEnvironment,
} from '../../../../src/config/sources/handover.js';

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'forkcast-handover-')));
afterAll(() => rmSync(folder, { recursive: true }));

const real = join(folder, 'release-1');
const current = join(folder, 'current');
mkdirSync(real);
symlinkSync(real, current);

const HANDOVER = {
  pid: 7,
  sockets: [{ setting: 'bind', configured: '[::1]:0', address: '[::1]:81', fd: 4 }],
} as const;

describe('the environment of a new master', () => {
  it('says what it follows, and is else what the old one was started with', () => {
    const env = successorEnvironment({ A: 'b', WATCHDOG_PID: '7', WATCHDOG_USEC: '1' }, HANDOVER);
    const read = readHandover(env);
    expect(read.handover).toEqual(HANDOVER);
    expect(read.env).toEqual({ A: 'b', WATCHDOG_USEC: '1' });
    expect(readHandover({ A: 'b' })).toEqual({ handover: undefined, env: { A: 'b' } });
  });

  it('says of the sockets of systemd that the old one had them', () => {
    const env = successorEnvironment({ LISTEN_PID: '3', LISTEN_FDS: '1' }, HANDOVER);
    expect(env).toMatchObject({ LISTEN_PID: '7', LISTEN_FDS: '1' });
  });
});

describe('where a new master is started', () => {
  const process = { execPath: '/bin/node', execArgv: ['--x'] };

  it('is where the old one was, with the same arguments', () => {
    const argv = ['/bin/node', '/opt/f/dist/cli.js', 'serve', 'm'];
    expect(startPlaceOf({ ...process, argv, cwd: real, env: {} })).toEqual({
      program: '/bin/node',
      args: ['--x', '/opt/f/dist/cli.js', 'serve', 'm'],
      cwd: real,
    });
  });

  it('goes through the links by which the old one was started', () => {
    const argv = ['/bin/node', join(real, 'dist/cli.js'), 'm'];
    const place = startPlaceOf({ ...process, argv, cwd: real, env: { PWD: current } });
    expect(place).toMatchObject({ args: ['--x', join(current, 'dist/cli.js'), 'm'], cwd: current });
  });

  it.each(['/', join(folder, 'none')])('takes no folder for ours that is another: %s', (PWD) => {
    expect(startPlaceOf({ ...process, argv: [], cwd: real, env: { PWD } }).cwd).toBe(real);
  });
});
