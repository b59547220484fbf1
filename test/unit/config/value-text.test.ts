import { describe, expect, it } from 'vitest';
import { closestName } from '../../../src/config/closest-name.js';
import { reusePortFaults } from '../../../src/config/reuse-port.js';
import type { Setting } from '../../../src/config/setting.js';
import { SETTING_KEYS, settingOf } from '../../../src/config/settings.js';
import { expectation, formatValue, listText, parseValue } from '../../../src/config/value-text.js';
import { collide, formatAddress, parseAddress } from '../../../src/config/values/address.js';
import { formatDuration, parseDuration } from '../../../src/config/values/duration.js';
import { formatMode, parseMode } from '../../../src/config/values/mode.js';
import { formatSize, parseSize } from '../../../src/config/values/size.js';
import { configuration, faults } from './inputs.js';

describe('durations', () => {
  it.each([
    ['250ms', 250],
    ['30s', 30_000],
    ['2m', 120_000],
    ['1h', 3_600_000],
    ['30', 30_000],
    ['1.1s', 1100],
    ['.5', 500],
    ['0.5ms', 0.5],
    ['0', 0],
    ['5S', 5000],
  ])('%s is %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each(['', 's', '-1s', '1 s', '1d', '1s30', '1e3', 'Infinity', '1.s', '0x10'])(
    '%j is none',
    (text) => expect(parseDuration(text)).toBeUndefined(),
  );

  it.each(['0s', '500ms', '75s', '90s', '2m', '24h', '0.5ms'])('%s is written so', (text) => {
    expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(text);
  });
});

describe('sizes', () => {
  it.each([
    ['8190', 8190],
    ['512kb', 524_288],
    ['16mb', 16_777_216],
    ['1gb', 1_073_741_824],
    ['1.5kb', 1536],
    ['16MB', 16_777_216],
    ['0', 0],
  ])('%s is %d bytes', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', 'mb', '-1', '1 mb', '1m', '1tb', '1e6'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it.each(['0', '8190', '512kb', '32mb', '1gb', '1536kb'])('%s is written so', (text) => {
    expect(formatSize(parseSize(text) ?? Number.NaN)).toBe(text);
  });
});

describe('addresses', () => {
  it.each([
    ['127.0.0.1:8000', { kind: 'tcp', host: '127.0.0.1', port: 8000 }],
    ['localhost:0', { kind: 'tcp', host: 'localhost', port: 0 }],
    ['my_host-1.internal:80', { kind: 'tcp', host: 'my_host-1.internal', port: 80 }],
    ['[::]:8000', { kind: 'tcp', host: '::', port: 8000 }],
    ['unix:/run/f.sock', { kind: 'unix', path: '/run/f.sock' }],
    ['fd://3', { kind: 'fd', fd: 3 }],
  ])('%s', (text, address) => {
    const parsed = parseAddress(text, '/');
    expect(parsed).toEqual(address);
    expect(parsed && formatAddress(parsed)).toBe(text);
  });

  it.each([
    '',
    '8000',
    ':8000',
    '*:8000',
    'localhost',
    'localhost:http',
    'localhost:65536',
    '127.0.0:80',
    '256.0.0.1:80',
    '::1:80',
    '[127.0.0.1]:80',
    '[::1]',
    'http://localhost:80',
    'a b:80',
    '-a:80',
    'unix:',
    `unix:/${'x'.repeat(107)}`,
    'fd://',
    'fd://2',
    'fd://x',
  ])('%j is none', (text) => expect(parseAddress(text, '/')).toBeUndefined());

  it.each([
    ['127.0.0.1:80', '127.0.0.1:80', true],
    ['0.0.0.0:80', '127.0.0.1:80', true],
    ['10.0.0.1:80', '[::]:80', true],
    ['localhost:80', '127.0.0.1:80', true],
    ['127.0.0.1:80', '[::1]:80', false],
    ['10.0.0.1:80', '127.0.0.1:80', false],
    ['127.0.0.1:80', '127.0.0.1:81', false],
    ['127.0.0.1:0', '127.0.0.1:0', false],
    ['unix:/a', 'unix:/a', true],
    ['unix:/a', 'unix:/b', false],
    ['unix:/a', '127.0.0.1:80', false],
    ['fd://3', 'fd://3', true],
    ['fd://3', 'unix:/a', false],
  ])('%s and %s collide: %s', (one, other, expected) => {
    const [a, b] = [parseAddress(one, '/'), parseAddress(other, '/')];
    if (a === undefined || b === undefined) throw new Error('no address');
    expect(collide(a, b)).toBe(expected);
    expect(collide(b, a)).toBe(expected);
  });
});

describe('bounds', () => {
  it.each([
    [['--timeout', '0'], true],
    [['--queue-timeout', '0'], false],
    [['--timeout', '24h'], true],
    [['--timeout', '25h'], false],
    [['--work-ahead', '0'], true],
    [['--limit-request-line', '8190'], true],
    [['--limit-request-line', '8191'], false],
    [['--limit-request-fields', '32769'], false],
    [['--max-body', '0'], false],
    [['--queue-limit', '0'], false],
    [['--backlog', '1e3'], false],
    [['--log-level', 'INFO'], false],
  ])('%j is right: %s', (argv, isRight) => {
    expect(faults({ argv: ['models', ...argv] }).length === 0).toBe(isRight);
  });
});

describe('cross checks', () => {
  it.each([
    [['--max-body=300mb'], 'maxBody 300mb (flag --max-body): expected at most queueBytes'],
    [['--restart-backoff=1m'], 'restartBackoff 1m (flag --restart-backoff): expected at most'],
    [['--certfile=/c.pem'], 'certfile /c.pem (flag --certfile): expected keyfile (--keyfile)'],
    [['--keyfile=/k.pem'], 'keyfile /k.pem (flag --keyfile): expected certfile (--certfile)'],
    [['--ca-certs=/a.pem'], 'caCerts /a.pem (flag --ca-certs): expected certfile (--certfile)'],
    [['--cert-reqs=required'], 'certReqs required (flag --cert-reqs): expected caCerts (--ca-'],
    [['--forwarded-allow-ips=10.0.0.0/33'], 'flag --forwarded-allow-ips: expected an address, a '],
    [['--forwarded-allow-ips=proxy.internal'], 'flag --forwarded-allow-ips: expected an address'],
    [['--cors-origins=https://a.test/page'], 'flag --cors-origins: expected an origin without a'],
    [['--cors-origins=a.test'], 'flag --cors-origins: expected an origin without a path'],
    [['--root-path=models'], 'flag --root-path: expected a path such as /models; got "models"'],
    [['--admin-bind=0.0.0.0:8001'], 'adminBind 0.0.0.0:8001 (flag --admin-bind): expected a loopb'],
    [['--admin-bind=host.test:8001'], 'adminBind host.test:8001 (flag --admin-bind): expected a'],
    [
      ['--admin-bind=[::]:8001'],
      'adminBind [::]:8001 (flag --admin-bind): expected a loopback address',
    ],
    [['--read-timeout=5'], 'headerTimeout 30s (default): expected at most readTimeout 5s'],
    [
      ['-b', '0.0.0.0:8001'],
      'adminBind 127.0.0.1:8001 (default): expected another address than bind 0.0.0.0:8001 (flag -b)',
    ],
    [['--metrics-bind=127.0.0.1:8000'], 'metricsBind 127.0.0.1:8000'],
  ])('%j is one fault', (argv, start) => {
    const found = faults({ argv: ['models', ...argv] });
    expect(found).toHaveLength(1);
    expect(found[0]?.startsWith(start), found[0]).toBe(true);
  });

  it('let two be equal', () => {
    expect(faults({ argv: ['models', '--max-body=8mb', '--queue-bytes=8mb'] })).toEqual([]);
  });

  it('leave out a setting that is wrong in itself', () => {
    const found = faults({ argv: ['models', '--max-body=300mb', '--queue-bytes=much'] });
    expect(found).toEqual([expect.stringMatching(/^flag --queue-bytes: expected a size/)]);
  });

  it('let port 0 be given to every listener', () => {
    const argv = ['models', '-b', 'localhost:0', '--admin-bind=localhost:0'];
    expect(faults({ argv: [...argv, '--metrics-bind=localhost:0'] })).toEqual([]);
  });
});

describe('modes', () => {
  it.each([
    ['0660', 0o660],
    ['600', 0o600],
    ['0007', 0o007],
    ['0', 0],
  ])('%s is %d', (text, mode) => {
    expect(parseMode(text)).toBe(mode);
    expect(parseMode(formatMode(mode))).toBe(mode);
  });

  it.each(['', '00', '66', '0688', '1660', '0o660', '-660', 'rw-rw----'])('%j is none', (text) => {
    expect(parseMode(text)).toBeUndefined();
  });
});

describe('several places', () => {
  it.each([
    [['m', '-b', '[::1]:0', '--bind', 'unix:a.sock'], {}],
    [['m', '--bind=[::1]:0, unix:a.sock'], {}],
    [['m'], { FORKCAST_BIND: '[::1]:0,unix:a.sock' }],
  ])('%j %j', (argv, env) => {
    expect(configuration({ argv, env }).settings.bind.map(formatAddress)).toEqual([
      '[::1]:0',
      'unix:/srv/a.sock',
    ]);
  });

  it('are none twice, and at least one', () => {
    expect(faults({ argv: ['m', '-b', 'fd://3,fd://4,fd://3'] })).toEqual([
      'bind fd://3 (flag -b): expected another address than bind fd://3 (flag -b).',
    ]);
    expect(faults({ argv: ['m', '-b', ','] })).toEqual([
      'flag -b: expected at least one address; got none.',
    ]);
  });
});

describe('reusePort', () => {
  const choices = new Map([
    ['reusePort', { value: true, origin: { from: 'flag', name: '--reuse-port' } }],
  ] as const);

  it.each(['20.20.0', '22.11.9', '23.0.0'])('is a fault in Node %s', (version) => {
    expect(reusePortFaults(choices, version)).toEqual([
      `flag --reuse-port: expected Node 22.12 or later for reusePort; got ${version}.`,
    ]);
  });

  it.each(['22.12.0', '23.1.0', '24.0.0'])('is none in Node %s', (version) => {
    expect(reusePortFaults(choices, version)).toEqual([]);
  });
});

describe('the table', () => {
  it.each(SETTING_KEYS)('%s has a default that it would accept', (key) => {
    const setting = settingOf(key);
    if (!('default' in setting)) return;
    expect(parseValue(setting, String(setting.default), '/')).toBeDefined();
  });

  it.each(SETTING_KEYS)('%s has one sentence and nothing unknown', (key) => {
    const setting = settingOf(key);
    const own = {
      size: ['least', 'most'],
      count: ['least', 'most'],
      duration: ['least', 'most', 'takesOff'],
    };
    const text = ['placeholder', 'expected', 'hasCommas'];
    const more = { choice: ['choices'], path: ['isPositional', 'isOutput'] };
    const extra = { ...own, ...more, address: [], flag: [], text, mode: [] }[setting.kind];
    const known = ['kind', 'group', 'doc', 'short', 'live', 'default', 'isList', ...extra];
    expect(known).toEqual(expect.arrayContaining(Object.keys(setting)));
    expect(setting.doc).toMatch(/^[A-Z].*[^.]\.$/);
    expect(expectation(setting)).not.toBe('');
  });
});

it.each([
  ['wrokers', 'workers'],
  ['QUEUE-LIMIT', 'queueLimit'],
  ['keepalive', 'keepAlive'],
  ['zzz', undefined],
  ['', undefined],
])('%s is nearest to %s', (name, expected) => {
  expect(closestName(name, SETTING_KEYS)).toBe(expected);
});

describe('what is off by default', () => {
  const common = { group: 'log', doc: 'Something.' } as const;
  const settings: readonly Setting[] = [
    { ...common, kind: 'duration', default: 'off', least: '1s' },
    { ...common, kind: 'size', default: 'off', least: '1kb', most: '1gb' },
    { ...common, kind: 'count', default: 'off', least: 5, most: 10 },
  ];

  it.each(settings)('takes off and 0, and says so: $kind', (setting) => {
    expect(parseValue(setting, 'off', '/')).toBe('off');
    expect(parseValue(setting, '0', '/')).toBe('off');
    expect(expectation(setting)).toMatch(/, or off$/);
  });

  it('has bounds all the same', () => {
    const [duration, , count] = settings;
    expect(duration && parseValue(duration, '500ms', '/')).toBeUndefined();
    expect(count && parseValue(count, '4', '/')).toBeUndefined();
    expect(count && parseValue(count, '7', '/')).toBe(7);
  });

  it('may be off where the setting says so, whatever its default', () => {
    const timeout = settingOf('timeout');
    for (const text of ['off', '0']) expect(parseValue(timeout, text, '/')).toBe('off');
    expect(parseValue(timeout, '30s', '/')).toBe(30_000);
    expect(expectation(timeout)).toMatch(/, or off$/);
  });

  it('is not off where the default says something', () => {
    expect(parseValue(settingOf('queueTimeout'), 'off', '/')).toBeUndefined();
  });
});

describe('lists', () => {
  const texts: Setting = { group: 'log', doc: 'Some.', kind: 'text', isList: true };
  const addresses: Setting = {
    group: 'log',
    doc: 'Some.',
    kind: 'address',
    isList: true,
    default: '127.0.0.1:8000',
  };

  it.each([
    ['a', ['a']],
    ['a, b ,', ['a', 'b']],
    ['', []],
    [listText(['a,b']), ['a,b']],
    [listText(['a', 'b,c']), ['a', 'b,c']],
  ])('%j is %j', (text, items) => {
    expect(parseValue(texts, text, '/')).toEqual(items);
  });

  it('is none when one of its items is none, and that one is told', () => {
    const given = faults({ argv: ['models', '-b', '127.0.0.1:1', '--bind', 'nonsense'] });
    expect(given).toEqual([expect.stringMatching(/^flag --bind: .*; got "nonsense"\.$/)]);
    expect(parseValue(addresses, '127.0.0.1:1,nonsense', '/')).toBeUndefined();
    const two = parseValue(addresses, '127.0.0.1:1,unix:/run/x', '/');
    expect(two && formatValue(addresses, two)).toBe('127.0.0.1:1, unix:/run/x');
    expect(expectation(addresses)).toMatch(/; or several of them$/);
  });
});
