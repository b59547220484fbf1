/** `npm run loadtest -- publish`: the last result of each goal as pages of the documentation. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ROOT } from '../paths.js';
import { type Latest, readLatest } from './latest.js';
import { goalReport, goalTable } from './report.js';

const PLOTS = new URL('docs/performance/', ROOT);
const PAGE = new URL('docs/performance.md', ROOT);
const BEGIN = '<!-- goals: written by `npm run loadtest -- publish` -->';
const END = '<!-- /goals -->';

export function publish(note: (text: string) => void): number {
  const all = readLatest();
  mkdirSync(PLOTS, { recursive: true });
  for (const { result } of all) {
    for (const { name, svg } of result.plots ?? [])
      writeFileSync(new URL(`${name}.svg`, PLOTS), svg);
  }
  const measured = new URL('measured.md', PLOTS);
  writeFileSync(measured, measuredPage(all));
  writeFileSync(PAGE, withPlots(withGoals(readFileSync(PAGE, 'utf8'), all), all));
  note(
    `${all.length} goals: ${fileURLToPath(measured)}, its plots, and the table of ${fileURLToPath(PAGE)}`,
  );
  return 0;
}

/** Pure: all tables and plots. */
export function measuredPage(all: readonly Latest[]): string {
  const head =
    '# Measured\n\nWritten by `npm run loadtest -- publish`; what it means is told in [performance](../performance.md).\n';
  const results = all.map(({ result }) => result);
  return `${head}\n${conditions(all)}\n${goalReport(results, '.')}`;
}

/** Pure: the page, with conditions and the table of goals between its two marks. */
export function withGoals(page: string, all: readonly Latest[]): string {
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from < 0 || to < from)
    throw new Error(`docs/performance.md has lost its marks ${BEGIN} ${END}`);
  const goals = goalTable(all.map(({ result }) => result));
  return `${page.slice(0, from)}${BEGIN}\n${conditions(all)}\n${goals}${page.slice(to)}`;
}

/** Pure: `<!-- plot NAME -->` gets its plot in the line behind it, where there is one. */
export function withPlots(page: string, all: readonly Latest[]): string {
  const plots = all.flatMap(({ result }) => result.plots ?? []);
  return page.replace(
    /(<!-- plot (\S+) -->\n)(?:!\[.*\n)?/g,
    (_all, mark: string, wanted: string) => {
      const plot = plots.find(({ name }) => name === wanted);
      return plot === undefined ? mark : `${mark}![${plot.title}](performance/${plot.name}.svg)\n`;
    },
  );
}

/** Each machine and day once; where there are several, with the names of what was measured so. */
function conditions(all: readonly Latest[]): string {
  const named = new Map<string, string[]>();
  for (const { result, machine, measuredAt, isQuick } of all) {
    const { node, cpus, cpu, memoryGb, kernel } = machine;
    const how = isQuick ? ', short rounds' : '';
    const where = `${cpus} × ${cpu}, ${memoryGb} GB, Linux ${kernel}`;
    const line = `Node ${node}, ${where}, ${measuredAt.slice(0, 10)}${how}. The load generator runs on the same CPUs.`;
    named.set(line, [...(named.get(line) ?? []), result.name]);
  }
  if (named.size === 1) return [...named.keys()].map((line) => `${line}\n`).join('');
  return [...named].map(([line, names]) => `${line} So: ${names.join(', ')}.\n`).join('\n');
}
