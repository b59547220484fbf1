import { describe, expect, it } from 'vitest';
import { EXIT } from '../../../src/errors.js';
import { command, configuration, faults } from './inputs.js';

describe('what to do', () => {
  it.each([
    [['models'], 'serve', '/srv/models'],
    [['serve', 'models'], 'serve', '/srv/models'],
    [['serve', '/srv/models'], 'serve', '/srv/models'],
    [['check', 'models', '-w', '2'], 'check', '/srv/models'],
    [['-w', '2', 'check', 'models'], 'check', '/srv/models'],
    [['./serve'], 'serve', '/srv/serve'],
    [['--', '-odd-'], 'serve', '/srv/-odd-'],
  ])('%j', (argv, name, path) => {
    expect(command({ argv })).toMatchObject({ name, path });
  });

  it.each([['--help'], ['-h'], ['serve', 'models', '--help']])('shows help: %s %s', (...argv) => {
    expect(command({ argv })).toEqual({ name: 'help' });
  });

  it('shows help and version even when the rest is wrong', () => {
    expect(command({ argv: ['--nope', '--help'], env: { FORKCAST_X: '1' } }).name).toBe('help');
    expect(command({ argv: ['--version', '-w', '0'] }).name).toBe('version');
  });

  it('checks, in JSON where that is asked for, and only then', () => {
    expect(command({ argv: ['check', 'models'] })).toMatchObject({ isJson: false });
    expect(command({ argv: ['check', 'models', '--json'] })).toMatchObject({ isJson: true });
    expect(faults({ argv: ['serve', 'models', '--json'] })).toEqual([
      'flag --json: only "forkcast check" and "forkcast ctl" print JSON.',
    ]);
  });

  it('checks by --check-config, too', () => {
    expect(command({ argv: ['models', '--check-config'] })).toMatchObject({ name: 'check' });
  });

  it('prints the configuration, with a PATH or without one', () => {
    expect(command({ argv: ['--print-config'] }).name).toBe('printConfig');
    expect(command({ argv: ['check', 'models', '--print-config'] }).name).toBe('printConfig');
  });
});

describe('FORKCAST_CMD_ARGS', () => {
  it('wins over variables and file, and yields to the command line', () => {
    const env = { FORKCAST_CMD_ARGS: '-w 3 --threads 2 -c a.json', FORKCAST_WORKERS: '5' };
    const files = { '/srv/a.json': '{ "threads": 1, "queueLimit": 7 }' };
    const { settings, origins } = configuration({ argv: ['models', '--threads', '4'], env, files });
    expect(settings).toMatchObject({ workers: 3, threads: 4, queueLimit: 7 });
    expect(origins.workers).toEqual({ from: 'environment', name: 'FORKCAST_CMD_ARGS -w' });
  });

  it('is named in its faults, and holds flags of settings alone', () => {
    const env = { FORKCAST_CMD_ARGS: '--wrokers 3 --queue-limit x' };
    expect(faults({ env })).toEqual([
      'environment FORKCAST_CMD_ARGS: flag --wrokers: there is no such flag; did you mean --workers?',
      expect.stringMatching(/^environment FORKCAST_CMD_ARGS --queue-limit: expected /),
    ]);
    expect(faults({ env: { FORKCAST_CMD_ARGS: '--help' } })).toEqual([
      'environment FORKCAST_CMD_ARGS: expected flags of settings only; got --help.',
    ]);
  });
});

describe('env', () => {
  it('takes several, with commas in their values', () => {
    const argv = ['models', '--env', 'A=1,2', '--env', 'B='];
    expect(configuration({ argv }).settings.env).toEqual(['A=1,2', 'B=']);
  });

  it.each([
    ['nothing', 'env: expected KEY=VALUE; got one without a name and "=".'],
    ['FORKCAST_WORKERS=2', 'env: FORKCAST_WORKERS is a setting: give it as such, not with --env.'],
  ])('is wrong: %s', (text, fault) => {
    expect(faults({ argv: ['models', '--env', text] })).toEqual([fault]);
  });
});

describe('PATH', () => {
  const files = { '/etc/forkcast/a.jsonc': '{ "path": "models" }' };

  it('comes from the file, relative to its folder', () => {
    const given = { argv: ['-c', '/etc/forkcast/a.jsonc'], files };
    expect(command(given)).toMatchObject({ name: 'serve', path: '/etc/forkcast/models' });
  });

  it('comes from the environment before the file, and from the argument before both', () => {
    const given = {
      files,
      env: { FORKCAST_PATH: 'here', FORKCAST_CONFIG: '/etc/forkcast/a.jsonc' },
    };
    expect(command({ ...given, argv: [] })).toMatchObject({ path: '/srv/here' });
    expect(command({ ...given, argv: ['there'] })).toMatchObject({ path: '/srv/there' });
  });

  it('is missing: the fault says how to give one', () => {
    const [fault] = faults({ argv: ['serve'] });
    expect(fault).toMatch(/No PATH given.*forkcast serve models.*FORKCAST_PATH.*"path"/);
  });

  it('is given once', () => {
    expect(faults({ argv: ['serve', 'a', 'b'] })).toEqual([
      'argument b: expected one PATH only, after a.',
    ]);
    expect(faults({ argv: ['chekc', 'models'] })).toEqual([
      'argument models: expected one PATH only, after chekc; did you mean check?',
    ]);
  });
});

describe('faults of the models', () => {
  const modelFaults = (path: string, chosen?: string) => [`${path} has no ${chosen}`];

  it('are told together with those of the settings', () => {
    const argv = ['models', '-w', '0', '--default-model', 'b'];
    expect(faults({ argv, modelFaults })).toEqual([
      expect.stringContaining('flag -w'),
      '/srv/models has no b',
    ]);
  });

  it('are left to the command when the settings are right', () => {
    expect(faults({ argv: ['models'], modelFaults })).toEqual([]);
  });

  it('are not looked for where PATH may be the value of a flag that nobody knows', () => {
    expect(faults({ argv: ['--nope', '3', 'models'], modelFaults })).toHaveLength(1);
  });
});

describe('precedence', () => {
  const files = { '/srv/f.jsonc': '{ "queueLimit": 11, "queueTimeout": 12, "timeout": "13s" }' };
  const env = {
    FORKCAST_QUEUE_TIMEOUT: '22s',
    FORKCAST_TIMEOUT: '23s',
    FORKCAST_CONFIG: 'f.jsonc',
  };

  it('is defaults < file < environment < flags', () => {
    const { settings, origins } = configuration({ argv: ['m', '--timeout', '33'], env, files });
    expect(settings).toMatchObject({ backlog: 2048, queueLimit: 11 });
    expect(settings).toMatchObject({ queueTimeout: 22_000, timeout: 33_000 });
    expect(origins).toMatchObject({
      backlog: { from: 'default' },
      queueLimit: { from: 'file', path: '/srv/f.jsonc', key: 'queueLimit' },
      queueTimeout: { from: 'environment', name: 'FORKCAST_QUEUE_TIMEOUT' },
      timeout: { from: 'flag', name: '--timeout' },
    });
  });

  it('takes the file of --config before that of FORKCAST_CONFIG', () => {
    const other = { ...files, '/srv/g.jsonc': '{ "queueLimit": 44 }' };
    const { settings } = configuration({ argv: ['m', '--config', 'g.jsonc'], env, files: other });
    expect(settings.queueLimit).toBe(44);
  });

  it('reads no file that nobody named', () => {
    const unnamed = { '/srv/forkcast.config.jsonc': '{ "queueLimit": 44 }' };
    expect(configuration({ files: unnamed }).settings.queueLimit).toBe(1024);
  });

  it('lets a higher source take an address away', () => {
    const file = { '/srv/f.jsonc': '{ "metricsBind": "0.0.0.0:8002" }' };
    const given = { argv: ['m', '-c', 'f.jsonc', '--metrics-bind', 'off'], files: file };
    expect(configuration(given).settings.metricsBind).toBeUndefined();
  });
});

describe('auto', () => {
  it.each([
    { argv: ['m'], cpus: 4, workers: 4, threads: 1 },
    { argv: ['m', '-w', '2'], cpus: 5, workers: 2, threads: 2 },
    { argv: ['m', '-w', '8'], cpus: 4, workers: 8, threads: 1 },
    { argv: ['m', '--threads', '3'], cpus: 2, workers: 2, threads: 3 },
    { argv: ['m', '-w', 'auto'], cpus: 1, workers: 1, threads: 1 },
  ])('$argv on $cpus CPUs', ({ argv, cpus, workers, threads }) => {
    expect(configuration({ argv, cpus }).settings).toMatchObject({ workers, threads });
  });
});

it('tells all faults of all sources at once', () => {
  const given = {
    argv: ['--bind', '-w', '0', '--nope', '-c', 'f.jsonc'],
    env: { FORKCAST_BYND: 'x', FORKCAST_QUEUE_TIMEOUT: 'soon', PORT: '99999' },
    files: { '/srv/f.jsonc': '{ "queueBytes": "8mb", "acessLog": false, "backlog": "many" }' },
  };
  expect(faults(given)).toEqual([
    'config file /srv/f.jsonc: acessLog: there is no such setting; did you mean accessLog?',
    'config file /srv/f.jsonc: backlog: expected a whole number from 1 to 65535; got "many".',
    'environment PORT: expected a port from 0 to 65535; got "99999".',
    'environment FORKCAST_BYND: there is no such setting; did you mean FORKCAST_BIND?',
    'flag --bind: expected a value; got -w.',
    'flag --nope: there is no such flag.',
    'environment FORKCAST_QUEUE_TIMEOUT: expected a duration such as 250ms, 30s or 2m, from 1ms to 24h; got "soon".',
    'flag -w: expected a whole number from 1 to 1024, or auto; got "0".',
    'maxBody 32mb (default): expected at most queueBytes 8mb (config file /srv/f.jsonc: queueBytes), because a larger body could never be taken.',
    expect.stringMatching(/^No PATH given/),
  ]);
});

it('throws a ConfigError with exit code 2', () => {
  const wrong = () => command({ argv: ['models', '-w', '0'] });
  expect(wrong).toThrow(expect.objectContaining({ exitCode: EXIT.BAD_CONFIG }));
});

it('names the file it cannot read, and who named it', () => {
  const expected = 'cannot read /srv/no.jsonc: ENOENT: no such file or directory.';
  expect(faults({ argv: ['-c', 'no.jsonc'] })).toEqual([`flag --config: ${expected}`]);
  expect(faults({ env: { FORKCAST_CONFIG: 'no.jsonc' } })).toEqual([
    `environment FORKCAST_CONFIG: ${expected}`,
  ]);
});
