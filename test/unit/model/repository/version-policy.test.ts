import { describe, expect, test } from 'vitest';
import {
  compareVersions,
  isVersion,
  labelVersions,
  servedVersions,
} from '../../../../src/model/repository/version-policy.js';

/** Two that a double cannot tell apart. */
const HUGE = ['9007199254740993', '9007199254740992'];

describe('a version', () => {
  test.each(['0', '1', '10', '20240131', '9223372036854775807'])('%s is one', (name) => {
    expect(isVersion(name)).toBe(true);
  });

  test.each(['01', '00', '', '1.0', '-1', '1e3', ' 1', 'v1', '12345678901234567890'])(
    '%j is none',
    (name) => expect(isVersion(name)).toBe(false),
  );

  test('is compared as a number, exactly', () => {
    expect(['10', '9', '2', ...HUGE].sort(compareVersions)).toEqual([
      '2',
      '9',
      '10',
      '9007199254740992',
      '9007199254740993',
    ]);
    expect(compareVersions('7', '7')).toBe(0);
  });
});

describe('what is served', () => {
  const present = ['10', '9', '1'];

  test.each([
    [undefined, ['10']],
    [{ latest: 1 }, ['10']],
    [{ latest: 2 }, ['9', '10']],
    [{ latest: 5 }, ['1', '9', '10']],
    ['all', ['1', '9', '10']],
    [
      ['10', '1'],
      ['1', '10'],
    ],
    [['1', '1'], ['1']],
  ] as const)('by %j: %j', (policy, versions) => {
    expect(servedVersions(present, policy)).toEqual({ versions, faults: [] });
  });

  test('by a list that names what is not there: a fault for each, and the rest', () => {
    expect(servedVersions(present, ['1', '2', '3', '2'])).toEqual({
      versions: ['1'],
      faults: [
        'versions: there is no version 2; expected some of: 1, 9, 10.',
        'versions: there is no version 3; expected some of: 1, 9, 10.',
      ],
    });
  });

  test('of nothing: nothing', () => {
    expect(servedVersions([], undefined)).toEqual({ versions: [], faults: [] });
    expect(servedVersions([], 'all')).toEqual({ versions: [], faults: [] });
  });
});

describe('labels', () => {
  test('belong to the version they name', () => {
    const { labelsOf, faults } = labelVersions(
      { stable: '1', canary: '2', champion: '1' },
      ['1', '2'],
      ['1', '2'],
    );
    expect(faults).toEqual([]);
    expect(labelsOf('1')).toEqual(['stable', 'champion']);
    expect(labelsOf('2')).toEqual(['canary']);
    expect(labelsOf('3')).toEqual([]);
  });

  test('must name a version that is served', () => {
    expect(labelVersions({ stable: '1', canary: '7' }, ['2'], ['1', '2']).faults).toEqual([
      'labels.stable: version 1 is there but not served ("versions" chooses 2).',
      'labels.canary: there is no version 7; expected one of: 2.',
    ]);
  });
});
