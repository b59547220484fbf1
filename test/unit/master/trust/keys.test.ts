import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ConfigError } from '../../../../src/errors.js';
import { KeyRing } from '../../../../src/master/trust/key-ring.js';
import { Keys, keyFileWarning, openKeys } from '../../../../src/master/trust/keys.js';
import { keyRefusal } from '../../../../src/master/trust/presented-key.js';
import { temporaryFolder } from '../../../fixtures/temporary-folder.js';

const FIRST = 'first-0123456789';
const SECOND = 'second-0123456789';

const source = (file?: string, text?: string) => ({
  setting: 'api-keys-file',
  file,
  variable: 'FORKCAST_API_KEYS',
  text,
});

function fileWith(text: string): string {
  const file = join(temporaryFolder(), 'keys');
  writeFileSync(file, text, { mode: 0o600 });
  return file;
}

describe('keys', () => {
  test('any of several is one', () => {
    const ring = new KeyRing([FIRST, SECOND]);
    expect([FIRST, SECOND, 'third-0123456789', ''].map((key) => ring.has(key))).toEqual([
      ...[true, true, false, false],
    ]);
  });

  test('come from the file and from the variable; without either nobody is asked', () => {
    expect(openKeys(source())).toBeUndefined();
    const keys = new Keys(source(fileWith(FIRST), SECOND));
    expect([keys.has(FIRST), keys.has(SECOND)]).toEqual([true, true]);
  });

  test('are read anew, and stay when the new ones are wrong', () => {
    const file = fileWith(FIRST);
    const keys = new Keys(source(file));
    writeFileSync(file, SECOND);
    const take = keys.prepare(source(file));
    expect(keys.has(FIRST)).toBe(true);
    take();
    expect([keys.has(FIRST), keys.has(SECOND)]).toEqual([false, true]);
    writeFileSync(file, 'short');
    expect(() => keys.prepare(source(file))).toThrow(ConfigError);
    expect(keys.has(SECOND)).toBe(true);
  });

  test('are in no fault and in no message', () => {
    const wrong = source(fileWith('name:with space 0123456789'), 'short');
    expect(() => new Keys(wrong)).toThrow(/api-keys-file .*line 1: expected a key of letters/);
    expect(() => new Keys(wrong)).not.toThrow(/with space|short/);
    expect(JSON.stringify(new Keys(source(undefined, FIRST)))).toBe('{}');
  });

  test('in a file that everybody can read are worth a warning', () => {
    const file = fileWith(FIRST);
    expect(keyFileWarning(source(file))).toBeUndefined();
    chmodSync(file, 0o644);
    expect(keyFileWarning(source(file))).toMatch(/every user of this machine can read it/);
  });

  test('that cannot be read are a fault', () => {
    expect(() => openKeys(source('/nowhere/keys'))).toThrow(
      /\/nowhere\/keys: cannot be read: ENOE/,
    );
  });
});

describe('what a request shows', () => {
  const keys = new KeyRing([FIRST, SECOND]);
  const code = (authorization: string[], apiKey: string[] = []) =>
    keyRefusal({ authorization, apiKey }, keys)?.code;

  test.each([
    [[`Bearer ${FIRST}`], [], undefined],
    [[`bearer  ${SECOND} `], [], undefined],
    [[], [FIRST], undefined],
    [['Basic abc'], [SECOND], undefined],
    [[], [], 'UNAUTHORIZED'],
    [[FIRST], [], 'UNAUTHORIZED'],
    [['Basic abc'], [], 'UNAUTHORIZED'],
    [['Bearer '], [], 'UNAUTHORIZED'],
    [[], [' '], 'UNAUTHORIZED'],
    [[`Bearer ${FIRST}`, `Bearer ${FIRST}`], [], 'UNAUTHORIZED'],
    [[], [FIRST, FIRST], 'UNAUTHORIZED'],
    [['Bearer wrong'], [], 'FORBIDDEN'],
    [[`Bearer ${FIRST}`], ['wrong'], 'FORBIDDEN'],
    [[`Bearer ${FIRST}x`], [], 'FORBIDDEN'],
  ])('Authorization %j, X-API-Key %j: %s', (authorization, apiKey, expected) => {
    expect(code(authorization, apiKey)).toBe(expected);
  });

  test('is not repeated in the refusal, which says how it is done', () => {
    const none = keyRefusal({ authorization: [], apiKey: [] }, keys);
    expect(none?.headers).toEqual({ 'www-authenticate': 'Bearer' });
    const wrong = keyRefusal({ authorization: ['Bearer wrong-key'], apiKey: [] }, keys);
    expect(wrong?.message).not.toContain('wrong-key');
  });
});
