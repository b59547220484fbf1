import { expect, test } from 'vitest';
import { sourceFiles } from './source-files.js';

const files = sourceFiles();
const MOST_LINES = 300;
const MOST_MEDIAN_LINES = 120;

test(`no file of src is over ${MOST_LINES} lines`, () => {
  const long = files.filter(({ lines }) => lines > MOST_LINES);
  expect(long.map(({ path, lines }) => `${path}: ${lines} lines`)).toEqual([]);
});

test(`half the files of src are under ${MOST_MEDIAN_LINES} lines`, () => {
  const sizes = files.map(({ lines }) => lines).sort((a, b) => a - b);
  expect(sizes[Math.floor(sizes.length / 2)]).toBeLessThan(MOST_MEDIAN_LINES);
});

test('a thing lives with its concept: no drawers for the rest', () => {
  const DRAWERS = ['utils', 'util', 'helpers', 'helper', 'common', 'shared', 'misc', 'types'];
  const parts = files.flatMap(({ path }) => path.replace(/\.c?ts$/, '').split('/'));
  expect(parts.filter((part) => DRAWERS.includes(part))).toEqual([]);
});

test('index.ts, the public surface, is the only barrel', () => {
  const comment = /\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm;
  const reexport = /^export (?:type )?(?:\*|\{[^}]*\})(?: as \w+)? from '[^']+';$/gm;
  const barrels = files.filter(
    ({ text }) => text.replace(comment, '').replace(reexport, '').trim() === '',
  );
  expect(barrels.map(({ path }) => path)).toEqual(['index.ts']);
});

test('files are named in kebab case', () => {
  const odd = files.filter(
    ({ path }) => !/^(?:[a-z0-9]+(?:-[a-z0-9]+)*\/)*[a-z0-9]+(?:-[a-z0-9]+)*\.c?ts$/.test(path),
  );
  expect(odd.map(({ path }) => path)).toEqual([]);
});
