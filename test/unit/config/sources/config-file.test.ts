import { describe, expect, it } from 'vitest';
import { configuration, faults } from '../inputs.js';

function given(text: string) {
  return { argv: ['models', '-c', 'f.jsonc'], files: { '/srv/f.jsonc': text } };
}

describe('a config file', () => {
  it('may have comments, trailing commas, a byte order mark and $schema', () => {
    const text = '\uFEFF{ // why\n "$schema": "x.json", /* so */ "workers": 2,\n }';
    expect(configuration(given(text)).settings.workers).toBe(2);
  });

  it('takes numbers and texts alike for durations and sizes', () => {
    const text = '{ "timeout": 1.5, "queueTimeout": "2m", "maxBody": 1000, "queueBytes": "1.5mb" }';
    const expected = { timeout: 1500, queueTimeout: 120_000, maxBody: 1000, queueBytes: 1_572_864 };
    expect(configuration(given(text)).settings).toMatchObject(expected);
  });

  it('takes relative paths from its own folder', () => {
    const files = { '/etc/f/a.jsonc': '{ "pid": "../f.pid", "bind": "unix:f.sock" }' };
    const { settings } = configuration({ argv: ['models', '-c', '/etc/f/a.jsonc'], files });
    expect(settings.pid).toBe('/etc/f.pid');
    expect(settings.bind).toEqual([{ kind: 'unix', path: '/etc/f/f.sock' }]);
  });

  it.each([
    ['{ "workers": 2 "threads": 1 }', ', line 1, column 16: comma expected.'],
    ['{\n  "workers": 2,\n  threads: 1\n}', ', line 3, column 3: invalid symbol.'],
    ['', ', line 1, column 1: value expected.'],
    ['[1]', ': expected an object of settings.'],
    ['{ "wokers": 2 }', ': wokers: there is no such setting; did you mean workers?'],
    ['{ "queue-limit": 2 }', ': queue-limit: there is no such setting; did you mean queueLimit?'],
    ['{ "__proto__": {} }', ': __proto__: there is no such setting.'],
    ['{ "workers": 2, "workers": 3 }', ': workers is set twice.'],
    ['{ "backlog": "5" }', ': backlog: expected a whole number from 1 to 65535; got "5".'],
    ['{ "backlog": 5.5 }', ': backlog: expected a whole number from 1 to 65535; got "5.5".'],
    ['{ "accessLog": "true" }', ': accessLog: expected true or false; got "true".'],
    ['{ "defaultModel": 7 }', ': defaultModel: expected a name; got 7.'],
    ['{ "pid": null }', ': pid: expected a path; got null.'],
    ['{ "logFormat": ["json"] }', ': logFormat: expected one of auto, json, pretty; got ["json"].'],
  ])('%s is one fault', (text, fault) => {
    expect(faults(given(text))).toEqual([`config file /srv/f.jsonc${fault}`]);
  });

  it('tells its first slip only, and nothing about a PATH it may hold', () => {
    const files = { '/srv/f.jsonc': '{\n "workers": 2\n "threads": ,\n "path": "m" }' };
    expect(faults({ argv: ['-c', 'f.jsonc'], files })).toEqual([
      'config file /srv/f.jsonc, line 3, column 2: comma expected.',
    ]);
  });
});
