import { describe, expect, test } from 'vitest';
import { isKnown, meantBy, versionsMeantBy } from '../../../../src/master/metadata/versions.js';
import { servedModel } from './served-models.js';

const OLD = servedModel({ version: '2', isLatest: false, labels: ['stable'] });
const NEW = servedModel({ version: '3', labels: ['canary'] });
const BROKEN = servedModel({ version: '4', state: 'UNAVAILABLE', isLatest: false });
const MODELS = [OLD, NEW, BROKEN, servedModel({ name: 'other', version: '1' })];

describe('a path means', () => {
  test.each([
    ['the latest without a version', {}, '3'],
    ['the version it names', { version: '2' }, '2'],
    ['a version that is not ready, when it names it', { version: '4' }, '4'],
    ['what its label points at', { label: 'stable' }, '2'],
  ])('%s', (_what, choice, version) => {
    expect(meantBy(MODELS, { name: 'digits', verb: '', ...choice }).version).toBe(version);
  });

  test('the version before, while the latest is not ready', () => {
    const loading = servedModel({ version: '5', state: 'LOADING' });
    const before = servedModel({ version: '3', isLatest: false });
    expect(meantBy([before, loading], { name: 'digits', verb: '' })).toBe(before);
  });

  test('all versions where none is named', () => {
    const all = versionsMeantBy(MODELS, { name: 'digits', verb: '' });
    expect(all.map(({ version }) => version)).toEqual(['2', '3', '4']);
  });
});

test.each([
  [{ name: 'none' }, 'MODEL_NOT_FOUND', 'there is no model "none"; expected one of: digits, other'],
  [
    { name: 'digits', version: '9' },
    'VERSION_NOT_FOUND',
    'model "digits" has no version "9"; expected one of: 2, 3, 4',
  ],
  [
    { name: 'digits', label: 'blue' },
    'VERSION_NOT_FOUND',
    'model "digits" has no label "blue"; expected one of: stable, canary',
  ],
  [
    { name: 'other', label: 'blue' },
    'VERSION_NOT_FOUND',
    'model "other" has no label "blue"; it has none',
  ],
])('%j is not found', (path, code, message) => {
  expect(() => versionsMeantBy(MODELS, { verb: '', ...path })).toThrow(
    expect.objectContaining({ code, message }),
  );
});

test('a name is known in any state', () => {
  expect(isKnown([BROKEN], 'digits')).toBe(true);
  expect(isKnown([BROKEN], 'digit')).toBe(false);
});
