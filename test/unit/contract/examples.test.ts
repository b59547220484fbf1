import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { codeBlocks } from '../../fixtures/code-blocks.js';
import { ROOT } from './source-files.js';

const blocks = codeBlocks(readFileSync(join(ROOT, 'docs/modules.md'), 'utf8'));
const modules = readdirSync(join(ROOT, 'docs/examples')).map((name) => `${name}/model.mjs`);

test('docs/modules.md shows every example, as it is', () => {
  const shown = blocks.filter(({ file }) => file.startsWith('examples/'));
  expect(shown.map(({ file }) => file.replace('examples/', '')).sort()).toEqual(modules.sort());
  for (const { file, code } of shown) {
    expect(code, file).toBe(readFileSync(join(ROOT, 'docs', file), 'utf8'));
  }
});

test('docs/hooks.md shows its example, as it is', () => {
  const shown = codeBlocks(readFileSync(join(ROOT, 'docs/hooks.md'), 'utf8'));
  const example = shown.find(({ file }) => file === 'example-hooks/events.mjs');
  expect(example?.code).toBe(readFileSync(join(ROOT, 'docs/example-hooks/events.mjs'), 'utf8'));
});
