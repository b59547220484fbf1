/** `npm run loadtest`: see README.md beside this file. */
import { compare } from './compare.js';
import { crash } from './crash.js';
import { drain } from './drain.js';
import { FAULT_NAMES, FAULT_USAGE, runFaults } from './faults/faults.js';
import { parseFaultOptions } from './faults/options.js';
import { type Options, parseOptions, USAGE } from './options.js';
import { comparisonReport, crashReport, drainReport } from './report.js';
import { writeResults } from './results.js';
import { simulate } from './simulation/simulate.js';
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

/** What was typed wrongly is told, and how it is typed right. */
function orUsage<T>(usage: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    note(`${(error as Error).message}\n${usage}`);
    process.exit(2);
  }
}

async function runScenario(options: Options): Promise<number> {
  const { result, report, isGood } = await measure(options);
  process.stdout.write(`\n${report}\n`);
  note(`written to ${writeResults(options, result, report)} and its .json`);
  return isGood ? 0 : 1;
}

const argv = process.argv.slice(2);
const isFaults = argv[0] === 'faults';
if (argv.includes('--help')) {
  process.stdout.write(`${isFaults ? FAULT_USAGE : `${USAGE}\n\n${FAULT_USAGE}`}\n`);
} else if (argv[0] === 'simulate') {
  process.stdout.write(`${simulate()}\n`);
} else if (isFaults) {
  const options = orUsage(FAULT_USAGE, () => parseFaultOptions(argv.slice(1), FAULT_NAMES));
  process.exitCode = await runFaults(options, note);
} else {
  process.exitCode = await runScenario(orUsage(USAGE, () => parseOptions(argv)));
}
