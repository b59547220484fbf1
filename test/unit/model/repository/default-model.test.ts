import { expect, test } from 'vitest';
import { defaultModelOf, NO_DEFAULT } from '../../../../src/model/repository/default-model.js';

function model(name: string, plan?: string, isLatest = true) {
  return { name, isLatest, ...(plan === undefined ? {} : { plan }) };
}

const tools = [model('double', 'tools'), model('half', 'tools')];

test.each([
  ['the only one there is', [model('a')], undefined, 'a'],
  ['none of several', [model('a'), model('b')], undefined, undefined],
  ['the one that was named', [model('a'), model('b')], 'b', 'b'],
  ['none when that is not there', [model('a')], 'b', undefined],
  [
    'the only one of a module that calls it otherwise',
    [model('double', 'tools')],
    'tools',
    'double',
  ],
  ['none of several that a module calls otherwise', tools, 'tools', undefined],
  ['the one of them that is called as its folder', [...tools, model('tools')], 'tools', 'tools'],
  ['none where there is nothing', [], undefined, undefined],
  ['not the only one there is, where there is to be none', [model('a')], NO_DEFAULT, undefined],
] as const)('is %s', (_which, models, name, expected) => {
  expect(defaultModelOf(models, name)?.name).toBe(expected);
});

test('is the latest of several versions', () => {
  const [old, latest] = [model('a', undefined, false), model('a')];
  expect(defaultModelOf([old, latest], 'a')).toBe(latest);
  expect(defaultModelOf([latest, old], undefined)).toBe(latest);
});
