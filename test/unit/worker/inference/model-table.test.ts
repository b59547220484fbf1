import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import type { InstancesModel } from '../../../../src/model/model.js';
import { ModelTable } from '../../../../src/worker/inference/model-table.js';

function version(name: string, number: string, labels: string[], isLatest: boolean) {
  const model: InstancesModel = {
    kind: 'instances',
    name,
    version: number,
    runtime: 'module',
    isLatest,
    labels,
    isRetryable: true,
    run: () => {},
    dispose: async () => {},
  };
  return model;
}

const wine1 = version('wine', '1', ['stable'], false);
const wine2 = version('wine', '2', ['canary', 'new'], true);
const echo = version('echo', '1', [], true);
const table = new ModelTable([wine1, wine2, echo], undefined);

function refusalOf(found: unknown): [string, string] {
  if (found instanceof RequestError) return [found.code, found.message];
  throw new Error('it was found');
}

describe('a model is found', () => {
  test('by its name: the latest version', () => {
    expect(table.find('wine', {})).toBe(wine2);
    expect(table.find('echo', {})).toBe(echo);
  });

  test('by name and version', () => {
    expect(table.find('wine', { version: '1' })).toBe(wine1);
    expect(table.find('wine', { version: '2' })).toBe(wine2);
  });

  test('by name and label', () => {
    expect(table.find('wine', { label: 'stable' })).toBe(wine1);
    expect(table.find('wine', { label: 'new' })).toBe(wine2);
  });
});

describe('what is not there', () => {
  test.each([
    ['beer', {}, 'MODEL_NOT_FOUND', 'there is no model "beer"; expected one of: wine, echo'],
    [
      'wine',
      { version: '3' },
      'VERSION_NOT_FOUND',
      'model "wine" has no version "3"; expected one of: 1, 2',
    ],
    [
      'wine',
      { version: '01' },
      'VERSION_NOT_FOUND',
      'model "wine" has no version "01"; expected one of: 1, 2',
    ],
    [
      'wine',
      { label: '1' },
      'VERSION_NOT_FOUND',
      'model "wine" has no label "1"; expected one of: stable, canary, new',
    ],
    ['echo', { label: 'x' }, 'VERSION_NOT_FOUND', 'model "echo" has no label "x"; it has none'],
  ] as const)('%s %j', (name, choice, code, message) => {
    expect(refusalOf(table.find(name, choice))).toEqual([code, message]);
  });

  test('shows no more of a long name than a model could have', () => {
    const [, message] = refusalOf(table.find('n'.repeat(5000), {}));
    expect(message.length).toBeLessThan(250);
  });
});

describe('the default model', () => {
  test('is the chosen one, or the only one', () => {
    expect(new ModelTable([wine1, echo], 'echo').standard).toBe(echo);
    expect(new ModelTable([echo], undefined).standard).toBe(echo);
  });

  test('is missing where neither is so', () => {
    const expected = 'expected POST /v1/models/NAME:predict with NAME one of: wine, echo';
    expect(refusalOf(table.standard)).toEqual([
      'MODEL_NOT_FOUND',
      `there is no default model; ${expected}`,
    ]);
    expect(refusalOf(new ModelTable([wine1, wine2, echo], 'beer').standard)).toEqual([
      'MODEL_NOT_FOUND',
      `the default model "beer" is not here; ${expected}`,
    ]);
  });
});
