/** `npm run loadtest`: the goals one after another, and one report. */
import { quiet } from '../machine.js';
import { writeFindings } from '../results.js';
import { GOALS } from './catalogue.js';
import type { Goal, GoalResult, Trial } from './goal.js';
import { keepLatest } from './latest.js';
import { type GoalOptions, goalUsage } from './options.js';
import { goalReport } from './report.js';

/** So long is waited for others to leave the machine. */
const MOST_LOOKS = 20;
const LOUD = 0.2;

export const GOAL_USAGE: string = goalUsage(GOALS);

export const GOAL_NAMES: readonly string[] = GOALS.map(({ name }) => name);

/** @returns the exit code: 1 when a goal is not met, or could not be measured for a fault. */
export async function runGoals(
  options: GoalOptions,
  note: (text: string) => void,
): Promise<number> {
  const isChosen = ({ name }: Goal) => options.names.length === 0 || options.names.includes(name);
  const results: GoalResult[] = [];
  for (const goal of GOALS.filter(isChosen)) {
    note(`\n${goal.name}: ${goal.title}`);
    const result = await measureOne(goal, options, note);
    results.push(result);
    if (result.figures !== undefined) keepLatest(result, options.isQuick);
    for (const { of, goal: wanted, measured, isMet } of result.verdicts) {
      note(
        `  ${isMet === undefined ? 'not measured' : isMet ? 'met' : 'NOT MET'}: ${of}: ${measured}, wanted ${wanted}`,
      );
    }
  }
  const name = options.names.length === 0 ? 'goals' : `goals-${options.names.join('-')}`;
  const plots = results.flatMap((result) => result.plots ?? []);
  const figures = results.map(({ plots: _, ...rest }) => rest);
  const file = writeFindings({
    ...{ name, title: 'The goals', options, result: figures, plots },
    report: (folder) => goalReport(results, folder),
  });
  note(`\nwritten to ${file}, its .json and its plots`);
  return results.every(({ verdicts }) => verdicts.every(({ isMet }) => isMet !== false)) ? 0 : 1;
}

/** A goal that cannot be measured must not lose the figures of the others. */
async function measureOne(
  goal: Goal,
  options: GoalOptions,
  note: (text: string) => void,
): Promise<GoalResult> {
  const busyBefore = await quiet(MOST_LOOKS);
  if (busyBefore > LOUD) note(`  others use ${(busyBefore * 100).toFixed(0)} % of the CPUs`);
  const startedMs = performance.now();
  const trial: Trial = {
    options,
    rounds: (whole, quick) => options.rounds ?? (options.isQuick ? quick : whole),
    seconds: (whole, quick) => options.seconds ?? (options.isQuick ? quick : whole),
    note: (text) => note(`  ${text}`),
  };
  const { name, title, method } = goal;
  const seconds = () => (performance.now() - startedMs) / 1000;
  try {
    const finding = await goal.measure(trial);
    return { ...finding, name, title, method, busyBefore, seconds: seconds() };
  } catch (error) {
    note(`  FAILED: ${(error as Error).stack}`);
    const verdict = {
      of: 'the measurement',
      goal: '',
      measured: `failed: ${(error as Error).message}`,
    };
    const verdicts = [{ ...verdict, isMet: false }];
    const figures = undefined;
    return { name, title, method, busyBefore, seconds: seconds(), verdicts, figures };
  }
}
