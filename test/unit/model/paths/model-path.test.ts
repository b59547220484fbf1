import { describe, expect, test } from 'vitest';
import { readV1Path } from '../../../../src/model/paths/v1-path.js';
import { readV2Path } from '../../../../src/model/paths/v2-path.js';

describe('v1', () => {
  test.each([
    ['/v1/models/m', { name: 'm', verb: '' }],
    ['/v1/models/m:predict', { name: 'm', verb: ':predict' }],
    ['/v1/models/m%3Apredict', { name: 'm', verb: ':predict' }],
    ['/v1/models/%6d:predict', { name: 'm', verb: ':predict' }],
    ['/%761/models/m', undefined], // nobody spells a fixed part so, and it saves every other path the decoding
    ['/v1/models/m:classify', { name: 'm', verb: ':classify' }],
    ['/v1/models/m/metadata', { name: 'm', verb: '/metadata' }],
    ['/v1/models/m/versions/2', { name: 'm', version: '2', verb: '' }],
    ['/v1/models/m/versions/2:predict', { name: 'm', version: '2', verb: ':predict' }],
    ['/v1/models/m/versions/2/metadata', { name: 'm', version: '2', verb: '/metadata' }],
    ['/v1/models/m/labels/stable:predict', { name: 'm', label: 'stable', verb: ':predict' }],
    ['/v1/models/m/labels/a%20b', { name: 'm', label: 'a b', verb: '' }],
    ['/v1/models/a.b_c-d:predict', { name: 'a.b_c-d', verb: ':predict' }],
  ])('%s', (path, expected) => {
    expect(readV1Path(path)).toEqual(expected);
  });

  test.each([
    '/v1/models',
    '/v1/models/',
    '/v1/models/:predict',
    '/v1/models/m:',
    '/v1/models/m:a:b',
    '/v1/models/m/',
    '/v1/models/m/versions',
    '/v1/models/m/versions/2/labels/x',
    '/v1/models/m/versions/2:predict/metadata',
    '/v1/models/m%2Fversions%2F2:predict',
    '/v1/models/m%2fmetadata',
    '/v1/models/m%',
    '/v1/models/m%C3:predict',
    '/v1/modelsm:predict',
    '/x/v1/models/m',
    '/v2/models/m',
    '*',
    '',
  ])('none: %s', (path) => {
    expect(readV1Path(path)).toBeUndefined();
  });
});

describe('v2', () => {
  test.each([
    ['/v2/models/m', { name: 'm', verb: '' }],
    ['/v2/models/m/infer', { name: 'm', verb: '/infer' }],
    ['/v2/models/m/ready', { name: 'm', verb: '/ready' }],
    ['/v2/models/%6D/infer', { name: 'm', verb: '/infer' }],
    ['/v2/models/m/versions/2', { name: 'm', version: '2', verb: '' }],
    ['/v2/models/m/versions/2/infer', { name: 'm', version: '2', verb: '/infer' }],
    ['/v2/models/m/versions/2/stats', { name: 'm', version: '2', verb: '/stats' }],
    ['/v2/models/m:predict', { name: 'm:predict', verb: '' }],
  ])('%s', (path, expected) => {
    expect(readV2Path(path)).toEqual(expected);
  });

  test.each([
    '/v2',
    '/v2/models',
    '/v2/models/',
    '/v2/models/m/',
    '/v2/models/m/versions/2/infer/x',
    '/v2/models/m%2Finfer',
    '/v2/models/m%zz/infer',
    '/v2/health/ready',
    '/v2/repository/models/m/load',
    '/v1/models/m',
  ])('none: %s', (path) => {
    expect(readV2Path(path)).toBeUndefined();
  });
});
