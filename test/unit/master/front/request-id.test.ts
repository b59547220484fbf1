import { expect, test } from 'vitest';
import { isSaneRequestId, requestIdMaker } from '../../../../src/master/front/request-id.js';

test.each([
  ['a', true],
  ['AZaz09._-', true],
  ['x'.repeat(128), true],
  ['x'.repeat(129), false],
  ['', false],
  ['a b', false],
  ['a\n', false],
  ['a"', false],
  ['ü', false],
  ['a/b', false],
])('"%s" is sane: %s', (id, isSane) => {
  expect(isSaneRequestId(id)).toBe(isSane);
});

test('ids are sane and never the same, from one maker or from two', () => {
  const [one, two] = [requestIdMaker(), requestIdMaker()];
  const ids = Array.from({ length: 1000 }, (_, index) => (index % 2 ? one() : two()));
  expect(new Set(ids).size).toBe(1000);
  expect(ids.every(isSaneRequestId)).toBe(true);
});

test('they count on from their prefix', () => {
  const make = requestIdMaker('host');
  expect([make(), make()]).toEqual(['host-1', 'host-2']);
});
