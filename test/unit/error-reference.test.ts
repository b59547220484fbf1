import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { errorsReference } from '../../src/error-reference.js';
import { EXIT, REQUEST_ERRORS } from '../../src/errors.js';

const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');

test('docs/errors.md is what the generator makes', () => {
  expect(page, 'run `npm run docs`').toBe(errorsReference());
});

test.each(Object.entries(REQUEST_ERRORS))('%s is on the page with its status', (code, status) => {
  expect(page).toContain(`| ${status} | \`${code}\` |`);
});

test.each(Object.entries(EXIT))('the exit code of %s is on the page', (_name, exitCode) => {
  expect(page.slice(page.indexOf('## Exit codes'))).toContain(`| ${exitCode} |`);
});
