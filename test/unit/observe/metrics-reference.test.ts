import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { METRICS } from '../../../src/observe/metric-table.js';
import { metricsReference } from '../../../src/observe/metrics-reference.js';

const page = readFileSync(new URL('../../../docs/metrics.md', import.meta.url), 'utf8');

test('docs/metrics.md is what the generator makes', () => {
  expect(page, 'run `npm run docs`').toBe(metricsReference());
});

test.each(Object.values(METRICS))('$name is on the page', ({ name, type }) => {
  expect(page).toContain(`| \`${name}\` | ${type} |`);
});
