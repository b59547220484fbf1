/** Keeps what was measured: results/NAME.json for programs, results/NAME.md for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { thisMachine } from './machine.js';
import type { Options } from './options.js';
import { ROOT } from './paths.js';
import type { Plot } from './plots/plot.js';

export type Measured = {
  readonly name: string;
  readonly title: string;
  readonly options: unknown;
  readonly result: unknown;
  /** Markdown; given the folder of the plots, from where the report lies. */
  readonly report: string | ((plotFolder: string) => string);
  readonly plots?: readonly Plot[];
};

/** @returns the path of the Markdown file. */
export function writeResults(options: Options, result: unknown, report: string): string {
  const { scenario, model, workers } = options;
  const title = `${scenario}, ${model}, ${workers} workers`;
  return writeFindings({ name: `${scenario}-${model}`, title, options, result, report });
}

/** @returns the path of the Markdown file. */
export function writeFindings(measured: Measured): string {
  const { name, title, options, result, report, plots } = measured;
  const folder = new URL('loadtest/results/', ROOT);
  mkdirSync(folder, { recursive: true });
  const measuredAt = new Date().toISOString();
  const file = `${measuredAt.slice(0, 19).replaceAll(':', '-')}-${name}`;
  const machine = thisMachine();
  const json = JSON.stringify({ measuredAt, machine, options, result }, null, 2);
  writeFileSync(new URL(`${file}.json`, folder), `${json}\n`);
  const where = `Node ${machine.node}, ${machine.cpus} × ${machine.cpu}, ${machine.memoryGb} GB, Linux ${machine.kernel}, ${measuredAt}\n`;
  for (const plot of plots ?? []) {
    mkdirSync(new URL(`${file}/`, folder), { recursive: true });
    writeFileSync(new URL(`${file}/${plot.name}.svg`, folder), plot.svg);
  }
  const text = typeof report === 'string' ? report : report(file);
  const markdown = new URL(`${file}.md`, folder);
  writeFileSync(markdown, `# ${title}\n\n${where}\n${text}`);
  return fileURLToPath(markdown);
}
