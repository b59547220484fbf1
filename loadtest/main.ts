/** `npm run loadtest`: see README.md beside this file. */
import { compare } from './compare.js';
import { crash } from './crash.js';
import { drain } from './drain.js';
import { FAULT_NAMES, FAULT_USAGE, runFaults } from './faults/faults.js';
import { parseFaultOptions } from './faults/options.js';
import { FUZZ_USAGE, parseFuzzOptions, runFuzz } from './fuzz/command.js';
import { GOAL_NAMES, GOAL_USAGE, runGoals } from './goals/goals.js';
import { parseGoalOptions } from './goals/options.js';
import { publish } from './goals/publish.js';
import { micro } from './micro/micro.js';
import { MICRO_USAGE, parseMicroOptions } from './micro/options.js';
import { isScenario, type Options, parseOptions, USAGE } from './options.js';
import { comparisonReport, crashReport, drainReport } from './report.js';
import { writeResults } from './results.js';
import { simulate } from './simulation/simulate.js';
import { smoke } from './smoke.js';
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

async function run(argv: readonly string[]): Promise<number> {
  const [command, ...rest] = argv;
  if (argv.includes('--help')) {
    process.stdout.write(
      `${[GOAL_USAGE, USAGE, FAULT_USAGE, FUZZ_USAGE, MICRO_USAGE].join('\n\n')}\n`,
    );
    return 0;
  }
  if (command === 'publish') return publish(note);
  if (command === 'smoke') return smoke(note);
  if (command === 'simulate') {
    process.stdout.write(`${simulate()}\n`);
    return 0;
  }
  if (command === 'micro') {
    const options = orUsage(MICRO_USAGE, () => parseMicroOptions(rest));
    process.stdout.write(`${await micro(options)}\n`);
    return 0;
  }
  if (command === 'fuzz') {
    return runFuzz(
      orUsage(FUZZ_USAGE, () => parseFuzzOptions(rest)),
      note,
    );
  }
  if (command === 'faults') {
    return runFaults(
      orUsage(FAULT_USAGE, () => parseFaultOptions(rest, FAULT_NAMES)),
      note,
    );
  }
  if (isScenario(argv)) return runScenario(orUsage(USAGE, () => parseOptions(argv)));
  return runGoals(
    orUsage(GOAL_USAGE, () => parseGoalOptions(argv, GOAL_NAMES)),
    note,
  );
}

process.exitCode = await run(process.argv.slice(2));
