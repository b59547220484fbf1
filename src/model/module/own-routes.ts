/** Routes that a module brings along: where they are, and what they may not hide. */

import type { OwnRoutes } from '../model.js';
import { described } from '../tensor/place.js';
import type { ModuleExports } from './module-exports.js';

const PREFIX = /^(?:\/[A-Za-z0-9._~-]+)+$/;
/** First segments of the server's own paths, and of those it may come to have. */
const TAKEN: readonly string[] = [
  ...['predict', 'v1', 'v2', 'models', 'livez', 'readyz', 'docs', 'openapi.json'],
  ...['metrics', 'status', 'health'],
];

/** @throws Error for a plugin that is none, and for a prefix that cannot be one */
export function ownRoutes(
  planName: string,
  { routes, prefix = `/models/${planName}` }: ModuleExports,
  retry: boolean | undefined,
): OwnRoutes | undefined {
  if (routes === undefined) return undefined;
  if (typeof routes !== 'function') {
    throw new Error(`routes: expected a Fastify plugin, got ${described(routes)}`);
  }
  const plugin = routes as OwnRoutes['plugin'];
  return {
    prefix: checkedPrefix(prefix, planName),
    plugin,
    ...(retry === undefined ? {} : { retry }),
  };
}

function checkedPrefix(prefix: unknown, planName: string): string {
  if (typeof prefix !== 'string' || !PREFIX.test(prefix) || /\/\.\.?(?:\/|$)/.test(prefix)) {
    const expected = 'a path such as "/classify" of letters, digits and . _ ~ -';
    throw new Error(`prefix: expected ${expected}, got ${described(prefix)}`);
  }
  const [, first = ''] = prefix.split('/');
  if (TAKEN.includes(first) && prefix !== `/models/${planName}`) {
    throw new Error(`prefix: "${prefix}" would hide the server's own /${first}`);
  }
  return prefix;
}
