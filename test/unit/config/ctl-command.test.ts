import { describe, expect, test } from 'vitest';
import { command, faults } from './inputs.js';

const DEFAULT = { kind: 'tcp', host: '127.0.0.1', port: 8001 };

test('the verb and what follows it are passed on', () => {
  expect(command({ argv: ['ctl', 'load', 'digits'] })).toEqual({
    name: 'ctl',
    words: ['load', 'digits'],
    admin: DEFAULT,
    isJson: false,
  });
  expect(command({ argv: ['ctl', 'status', '--json'] })).toMatchObject({ isJson: true });
  expect(command({ argv: ['ctl', '--help'] })).toEqual({ name: 'ctlHelp' });
  expect(command({ argv: ['ctl'] })).toMatchObject({ words: [] });
});

describe('the admin port', () => {
  const files = { '/srv/f.jsonc': '{ "adminBind": "127.0.0.1:9001", "workers": "oops" }' };
  const env = { FORKCAST_ADMIN_BIND: '127.0.0.1:9002', FORKCAST_WORKERS: 'oops' };

  test.each([
    { given: 'the file', argv: ['-c', 'f.jsonc'], env: {}, port: 9001 },
    { given: 'the environment', argv: ['-c', 'f.jsonc'], env, port: 9002 },
    { given: 'the flag', argv: ['--admin-bind', '127.0.0.1:9003'], env, port: 9003 },
    { given: '--admin', argv: ['--admin', '127.0.0.1:9004'], env, port: 9004 },
    { given: '--admin=', argv: ['--admin=127.0.0.1:9005', '-c', 'f.jsonc'], env, port: 9005 },
  ])('is what $given says, whatever else is wrong with the settings', (row) => {
    const asked = command({ argv: ['ctl', 'status', ...row.argv], env: row.env, files });
    expect(asked).toMatchObject({ admin: { port: row.port }, words: ['status'] });
  });

  test('may be a Unix socket, relative to the working directory', () => {
    expect(command({ argv: ['ctl', 'status', '--admin', 'unix:admin.sock'] })).toMatchObject({
      admin: { kind: 'unix', path: '/srv/admin.sock' },
    });
  });

  test.each([
    [['--admin', 'nowhere'], 'flag --admin: expected '],
    [['--admin'], 'flag --admin: expected '],
    [['--amin', 'x'], 'flag --amin: there is no such flag'],
    [['-c', 'none.jsonc'], 'flag --config: cannot read /srv/none.jsonc'],
  ])('%j: %s…', (argv, start) => {
    const [fault, ...others] = faults({ argv: ['ctl', 'status', ...argv] });
    expect(fault?.startsWith(start)).toBe(true);
    expect(others).toEqual([]);
  });
});

test('a folder called ctl is served by another spelling', () => {
  expect(command({ argv: ['./ctl'] })).toMatchObject({ name: 'serve', path: '/srv/ctl' });
});
