/** `npm run loadtest -- publish`: the last result of each goal as a page of the documentation. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../paths.js';
import { type Latest, readLatest } from './latest.js';
import { goalReport } from './report.js';

const FOLDER = new URL('docs/performance/', ROOT);

export function publish(note: (text: string) => void): number {
  const all = readLatest();
  mkdirSync(FOLDER, { recursive: true });
  for (const { result } of all) {
    for (const { name, svg } of result.plots ?? []) {
      writeFileSync(new URL(`${name}.svg`, FOLDER), svg);
    }
  }
  const file = new URL('measured.md', FOLDER);
  writeFileSync(file, page(all));
  note(`${all.length} goals: ${fileURLToPath(file)} and its plots`);
  return 0;
}

/** Pure. */
export function page(all: readonly Latest[]): string {
  const head =
    '# Measured\n\nWritten by `npm run loadtest -- publish`; what it means is told in [performance](../performance.md).\n';
  const results = all.map(({ result }) => result);
  return `${head}\n${conditions(all)}\n${goalReport(results, '.')}`;
}

/** Each machine and day once. */
function conditions(all: readonly Latest[]): string {
  const lines = all.map(({ machine, measuredAt, isQuick }) => {
    const { node, cpus, cpu, memoryGb, kernel } = machine;
    const how = isQuick ? ', short rounds' : '';
    const where = `${cpus} × ${cpu}, ${memoryGb} GB, Linux ${kernel}`;
    return `Node ${node}, ${where}, ${measuredAt.slice(0, 10)}${how}. The load generator runs on the same CPUs.\n`;
  });
  return [...new Set(lines)].join('\n');
}
