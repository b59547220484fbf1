import { expect, test } from 'vitest';
import { askedBy, keyOf, keysOf } from '../../../src/master/model-key.js';
import { served } from './served-model.js';

test.each([
  ['m', { name: 'm' }],
  ['m/2', { name: 'm', version: '2' }],
  ['m:stable', { name: 'm', label: 'stable' }],
  ['a.b-c_d/18446744073709551616', { name: 'a.b-c_d', version: '18446744073709551616' }],
])('%s is one word for what is asked', (key, asked) => {
  expect(keyOf(asked)).toBe(key);
  expect(askedBy(key)).toEqual(asked);
});

test('who holds versions of a model can be asked for it, for each of them and by their labels', () => {
  const models = [
    served('m', { version: '1', isLatest: false, labels: ['stable', 'old'] }),
    served('m', { version: '2' }),
    served('n'),
  ];
  const keys = ['m', 'm/1', 'm/2', 'm:old', 'm:stable', 'n', 'n/1'];
  expect([...keysOf(models)].sort()).toEqual(keys);
  expect(keysOf([])).toEqual(new Set());
});
