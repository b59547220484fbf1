import { describe, expect, test } from 'vitest';
import { ownRoutes } from '../../../../src/model/module/own-routes.js';

const routes = (): void => {};

function prefixOf(prefix?: unknown): string | undefined {
  return ownRoutes('wine', { models: [], routes, prefix }, undefined)?.prefix;
}

describe('the prefix of own routes', () => {
  test('is that of the model unless told', () => {
    expect(prefixOf()).toBe('/models/wine');
  });

  test.each(['/classify', '/team-a/wine', '/v3', '/models/wine', '/a.b~c_d'])(
    'may be %s',
    (prefix) => {
      expect(prefixOf(prefix)).toBe(prefix);
    },
  );

  test.each([
    ...['/predict', '/v1', '/v1/models', '/v2/x', '/models', '/models/other', '/models/wine/more'],
    ...['/livez', '/readyz', '/docs', '/openapi.json', '/metrics', '/status'],
  ])('may not hide the server’s own paths: %s', (prefix) => {
    expect(() => prefixOf(prefix)).toThrow(`prefix: "${prefix}" would hide the server's own /`);
  });

  test.each([
    '',
    '/',
    'classify',
    '/a/',
    '//a',
    '/a//b',
    '/:name',
    '/a/*',
    '/a b',
    '/a/../v1',
    '/.',
    '/ä',
    5,
    null,
  ])('is a plain path: %o', (prefix) => {
    expect(() => prefixOf(prefix)).toThrow(/^prefix: expected a path such as "\/classify"/);
  });
});

test('routes that are no plugin are told', () => {
  const told = 'routes: expected a Fastify plugin, got an object';
  expect(() => ownRoutes('wine', { models: [], routes: {} }, undefined)).toThrow(told);
});

test('retry is what was said; unsaid, the method decides', () => {
  expect(ownRoutes('wine', { models: [], routes }, undefined)).not.toHaveProperty('retry');
  expect(ownRoutes('wine', { models: [], routes }, false)).toMatchObject({ retry: false });
});
