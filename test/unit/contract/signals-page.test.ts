import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { EXIT } from '../../../src/errors.js';
import { SIGNAL_ACTIONS } from '../../../src/master/signals.js';
import { ROOT } from './source-files.js';

const page = readFileSync(join(ROOT, 'docs/signals.md'), 'utf8');

describe('docs/signals.md and the signals of the master', () => {
  const rows = tableOf('To the master');

  test('has one row for each signal with an action, and SIGKILL', () => {
    const signals = rows.map(([signal]) => signal);
    expect(signals.sort()).toEqual([...Object.keys(SIGNAL_ACTIONS), 'SIGKILL'].sort());
  });

  test.each(Object.entries(SIGNAL_ACTIONS))('%s: %s', (signal, action) => {
    const row = rows.find(([name]) => name === signal);
    expect(row?.[1]).toBe(action);
  });
});

describe('docs/signals.md and the signals of a worker', () => {
  const rows = tableOf('To a worker');
  const source = readFileSync(join(ROOT, 'src/worker/main.cts'), 'utf8');

  test.each([
    ['ASKING', 'retired'],
    ['REOPENING', 'reopens logs'],
    ['IGNORED', 'ignored'],
  ])('the list %s of src/worker/main.cts: %s', (list, action) => {
    const line = new RegExp(`const ${list}\\b[^=]*= \\[(?<names>[^\\]]*)\\]`).exec(source);
    const signals = line?.groups?.names?.match(/SIG[A-Z0-9]+/g) ?? [];
    const documented = rows.filter((row) => row[1] === action).map(([signal]) => signal);
    expect(signals.length).toBeGreaterThan(0);
    expect(documented.sort()).toEqual(signals.sort());
  });
});

describe('docs/signals.md and the exit codes', () => {
  test('lists each code once, in order', () => {
    const codes = tableOf('Exit codes').map(([code]) => Number(code));
    expect(codes).toEqual(Object.values(EXIT).sort((a, b) => a - b));
  });
});

/** The cells of the first table below a heading, without code marks. */
function tableOf(heading: string): string[][] {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const table = /^\|.*\n\|[-| ]+\n(?<rows>(?:\|.*\n)+)/m.exec(section)?.groups?.rows ?? '';
  const lines = table.trimEnd().split('\n');
  return lines.map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('`', '')),
  );
}
