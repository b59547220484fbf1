import { describe, expect, it } from 'vitest';
import { flagName, isListSetting, placeholder } from '../../../../src/config/setting.js';
import { SETTING_KEYS, settingOf } from '../../../../src/config/settings.js';
import { configuration, faults } from '../inputs.js';

describe('flags', () => {
  it.each([
    [['-b', '0.0.0.0:80'], { bind: [{ kind: 'tcp', host: '0.0.0.0', port: 80 }] }],
    [['--bind=[::1]:80'], { bind: [{ kind: 'tcp', host: '::1', port: 80 }] }],
    [['-w3'], { workers: 3 }],
    [['--no-access-log'], { accessLog: false }],
    [['--access-log'], { accessLog: true }],
    [['--access-log=off'], { accessLog: false }],
    [['--timeout', '5', '--timeout', '5'], { timeout: 5000 }],
    [['--pid', 'run/f.pid'], { pid: '/srv/run/f.pid' }],
  ])('%j', (argv, expected) => {
    expect(configuration({ argv: ['models', ...argv] }).settings).toMatchObject(expected);
  });

  it.each([
    [['--bind'], 'flag --bind: expected a value; got none.'],
    [['-b', '--workers', '2'], 'flag -b: expected a value; got --workers.'],
    [['--worker', '2'], 'flag --worker: there is no such flag; did you mean --workers?'],
    [['--queuelimit=2'], 'flag --queuelimit: there is no such flag; did you mean --queue-limit?'],
    [['--no-bind'], 'flag --no-bind: there is no such flag; did you mean --bind?'],
    [['--constructor'], 'flag --constructor: there is no such flag.'],
    [['-x'], 'flag -x: there is no such flag.'],
    [['--no-access-log=1'], 'flag --no-access-log: expected no value; got "1".'],
    [['-w', '-1'], 'flag -w: expected a whole number from 1 to 1024, or auto; got "-1".'],
    [['-w', '2', '--workers', '3'], 'flag --workers: given twice, as 2 and as 3.'],
    [
      ['--access-log', '--no-access-log'],
      'flag --no-access-log: given twice, as true and as false.',
    ],
  ])('%j is one fault', (argv, fault) => {
    expect(faults({ argv: ['models', ...argv] })).toEqual([fault]);
  });

  it('sets every setting by its own flag', () => {
    for (const key of SETTING_KEYS) {
      const setting = settingOf(key);
      if (setting.kind === 'flag' || isListSetting(setting) || key === 'path') continue;
      const [fault] = faults({ argv: ['models', `--${flagName(key)}=`] });
      expect(fault, `${key} ${placeholder(setting)}`).toMatch(`flag --${flagName(key)}: expected`);
    }
  });
});
