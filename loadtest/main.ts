/** `npm run loadtest`: see README.md beside this file. */
import { compare } from './compare.js';
import { crash } from './crash.js';
import { drain } from './drain.js';
import { type Options, parseOptions, USAGE } from './options.js';
import { comparisonReport, crashReport, drainReport } from './report.js';
import { writeResults } from './results.js';
import { chosenTargets } from './targets.js';

/** `isGood` is about Forkcast only: what the baseline loses is shown, not judged. */
type Outcome = { readonly result: unknown; readonly report: string; readonly isGood: boolean };

async function measure(options: Options): Promise<Outcome> {
  if (options.scenario === 'compare') {
    const result = await compare(options, note);
    const isGood = ours(result.figures).every(({ medians }) => medians.errors === 0);
    return { result, report: comparisonReport(result), isGood };
  }
  if (options.scenario === 'crash') {
    const result = await inTurn(options, crash);
    const isGood = ours(result).every(({ failures, kills }) => failures === 0 && kills > 0);
    return { result, report: crashReport(result), isGood };
  }
  const result = await inTurn(options, drain);
  const isGood = ours(result).every(({ failures, exitCode }) => failures === 0 && exitCode === 0);
  return { result, report: drainReport(result), isGood };
}

async function inTurn<T>(
  options: Options,
  run: (name: 'forkcast' | 'baseline', options: Options) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  for (const name of chosenTargets(options)) {
    note(`${options.scenario}: ${name}`);
    results.push(await run(name, options));
  }
  return results;
}

function ours<T extends { readonly target: string }>(results: readonly T[]): T[] {
  return results.filter(({ target }) => target === 'forkcast');
}

function note(text: string): void {
  process.stderr.write(`${text}\n`);
}

function optionsOrExit(): Options {
  const argv = process.argv.slice(2);
  try {
    if (!argv.includes('--help')) return parseOptions(argv);
  } catch (error) {
    note(`${(error as Error).message}\n${USAGE}`);
    process.exit(2);
  }
  process.stdout.write(`${USAGE}\n`);
  process.exit(0);
}

const options = optionsOrExit();
const { result, report, isGood } = await measure(options);
process.stdout.write(`\n${report}\n`);
note(`written to ${writeResults(options, result, report)} and its .json`);
process.exitCode = isGood ? 0 : 1;
