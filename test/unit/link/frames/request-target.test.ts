import { expect, test } from 'vitest';
import { pathOf, queryOf } from '../../../../src/link/frames/request-target.js';

test.each([
  ['/a', '/a'],
  ['/a?', '/a'],
  ['/a?b?c', '/a'],
  ['?', ''],
])('the path of %s is %s', (url, path) => {
  expect(pathOf(url)).toBe(path);
});

test.each([
  ['/a', ''],
  ['/a?', ''],
  ['/a?b=1?c', 'b=1?c'],
])('the query of %s is "%s"', (url, query) => {
  expect(queryOf(url)).toBe(query);
});
