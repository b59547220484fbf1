/** Keeps what was measured: results/NAME.json for programs, results/NAME.md for people. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Options } from './options.js';
import { ROOT } from './paths.js';

/** @returns the path of the Markdown file. */
export function writeResults(options: Options, result: unknown, report: string): string {
  const folder = new URL('loadtest/results/', ROOT);
  mkdirSync(folder, { recursive: true });
  const measuredAt = new Date().toISOString();
  const name = `${measuredAt.slice(0, 19).replaceAll(':', '-')}-${options.scenario}-${options.model}`;
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cpus: cpus().length,
    node: process.version,
  };
  const json = JSON.stringify({ measuredAt, machine, options, result }, null, 2);
  writeFileSync(new URL(`${name}.json`, folder), `${json}\n`);
  const title = `# ${options.scenario}, ${options.model}, ${options.workers} workers\n`;
  const where = `Node ${machine.node}, ${machine.cpus} × ${machine.cpu}, ${measuredAt}\n`;
  const markdown = new URL(`${name}.md`, folder);
  writeFileSync(markdown, `${title}\n${where}\n${report}`);
  return fileURLToPath(markdown);
}
