/** Keeps what was measured: results/NAME.json for programs, results/NAME.md for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Options } from './options.js';
import { ROOT } from './paths.js';

export type Measured = {
  readonly name: string;
  readonly title: string;
  readonly options: unknown;
  readonly result: unknown;
  readonly report: string;
};

/** @returns the path of the Markdown file. */
export function writeResults(options: Options, result: unknown, report: string): string {
  const { scenario, model, workers } = options;
  const title = `${scenario}, ${model}, ${workers} workers`;
  return writeFindings({ name: `${scenario}-${model}`, title, options, result, report });
}

/** @returns the path of the Markdown file. */
export function writeFindings({ name, title, options, result, report }: Measured): string {
  const folder = new URL('loadtest/results/', ROOT);
  mkdirSync(folder, { recursive: true });
  const measuredAt = new Date().toISOString();
  const file = `${measuredAt.slice(0, 19).replaceAll(':', '-')}-${name}`;
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    node: process.version,
  };
  const json = JSON.stringify({ measuredAt, machine, options, result }, null, 2);
  writeFileSync(new URL(`${file}.json`, folder), `${json}\n`);
  const where = `Node ${machine.node}, ${machine.cpus} × ${machine.cpu}, ${measuredAt}\n`;
  const markdown = new URL(`${file}.md`, folder);
  writeFileSync(markdown, `# ${title}\n\n${where}\n${report}`);
  return fileURLToPath(markdown);
}
