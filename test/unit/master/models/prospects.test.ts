import { describe, expect, test } from 'vitest';
import { UNLOADED } from '../../../../src/master/models/catalog.js';
import { whyHopeless, whyNobodys } from '../../../../src/master/models/prospects.js';
import type { ServedModel } from '../../../../src/model/description.js';
import { served } from '../served-model.js';

/** What a request of this key would be told; `coming` are the versions that workers will hold. */
function told(
  key: string,
  models: ServedModel[],
  { coming = [] as string[], areWorkersComing = true } = {},
): string {
  const catalog = {
    models,
    versionsOf: (name: string) => models.filter((model) => model.name === name),
    isComing: (name: string, version?: string) =>
      coming.some((one) => one === `${name}/${version}` || (version === undefined && one === name)),
  };
  const error = whyHopeless(key, { catalog, areWorkersComing: () => areWorkersComing });
  return error === undefined ? 'wait' : `${error.code}: ${error.message}`;
}

describe('a request that no worker can take now', () => {
  test('waits while one with its version is coming', () => {
    const models = [served('m', { state: 'LOADING' })];
    expect(told('m', models, { coming: ['m/1'] })).toBe('wait');
    expect(told('m/1', models, { coming: ['m/1'] })).toBe('wait');
  });

  test('that any worker could take waits', () => {
    expect(told('', [])).toBe('wait');
  });

  test('is told that there are no workers', () => {
    const text = 'NO_WORKERS: there are no workers, and none is coming';
    const none = { areWorkersComing: false };
    expect(told('m', [served('m')], none)).toBe(text);
    expect(told('', [], none)).toBe(text);
  });

  test('is told that none of them holds its model', () => {
    const models = [served('m', { state: 'LOADING' })];
    expect(told('m', models)).toBe('NO_WORKERS: no worker holds the model "m", and none is coming');
  });

  test.each(['m', 'm/2', 'm:stable'])('is told why its model is broken (%s)', (key) => {
    const models = [
      served('m', { version: '1', state: 'UNLOADING', labels: ['stable'] }),
      served('m', {
        version: '2',
        state: 'UNAVAILABLE',
        reason: 'no such input',
        labels: ['stable'],
      }),
    ];
    expect(told(key, models)).toBe(
      'MODEL_NOT_READY: the model "m", version 2, is not served: no such input',
    );
  });

  test.each([
    ['UNAVAILABLE', UNLOADED],
    ['UNLOADING', ''],
  ] as const)('is told that its model was unloaded (%s)', (state, reason) => {
    expect(told('m', [served('m', { state, reason })])).toBe(
      'MODEL_NOT_FOUND: the model "m" has been unloaded',
    );
  });

  test('is told that its model is gone', () => {
    expect(told('m/1', [served('n')])).toBe('MODEL_NOT_FOUND: there is no model "m" any more');
  });

  test('is told that its version or label is gone', () => {
    const models = [served('m', { version: '2', labels: ['new'] }), served('m', { version: '3' })];
    const coming = ['m/2', 'm/3'];
    expect(told('m/1', models, { coming })).toBe(
      'VERSION_NOT_FOUND: model "m" has no version "1" any more; expected one of: 2, 3',
    );
    expect(told('m:stable', models, { coming })).toBe(
      'VERSION_NOT_FOUND: model "m" has no label "stable" any more; expected one of: new',
    );
    expect(told('m:stable', [served('m')], { coming })).toBe(
      'VERSION_NOT_FOUND: model "m" has no label "stable" any more; it has none',
    );
  });

  test('waits for its label wherever it points while the version is coming', () => {
    const models = [
      served('m', { version: '1', state: 'UNLOADING', labels: ['stable'] }),
      served('m', { version: '2', state: 'LOADING', labels: ['stable'] }),
    ];
    expect(told('m:stable', models, { coming: ['m/2'] })).toBe('wait');
    expect(told('m/1', models, { coming: ['m/2'] })).toBe(
      'VERSION_NOT_FOUND: model "m" has no version "1" any more; expected one of: 2',
    );
  });
});

describe('a prediction with a model that nobody has', () => {
  const both = [served('rare'), served('wine', { version: '1' }), served('wine', { version: '2' })];

  test.each([
    ['/v1/models/beer/versions/2:predict', '/v1/models/:name:predict'],
    ['/v2/models/beer/infer', '/v2/models/:name/infer'],
  ])('is told all names, which no worker alone need know (%s)', (path, route) => {
    const refusal = whyNobodys({ method: 'POST', path }, both);
    expect(refusal?.route).toBe(route);
    expect(refusal?.error.code).toBe('MODEL_NOT_FOUND');
    expect(refusal?.error.message).toBe('there is no model "beer"; expected one of: rare, wine');
  });

  test('is told that there is no default one', () => {
    const refusal = whyNobodys({ method: 'POST', path: '/predict' }, both);
    expect(refusal?.error.message).toBe(
      'there is no default model; expected POST /v1/models/NAME:predict with NAME one of: rare, wine',
    );
  });

  test.each([
    ['GET', '/v1/models/beer:predict'],
    ['POST', '/v1/models/beer:classify'],
    ['POST', '/elsewhere'],
  ])('is all that is refused here: others are for the workers to judge (%s %s)', (method, path) => {
    expect(whyNobodys({ method, path }, both)).toBeUndefined();
  });

  test('waits for a worker while a module may still bring the name', () => {
    const models = [...both, served('tools', { state: 'LOADING' })];
    expect(whyNobodys({ method: 'POST', path: '/v1/models/beer:predict' }, models)).toBeUndefined();
  });
});
