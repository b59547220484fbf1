/** What a goal is, and what is told of one that was measured. */
import type { Plot } from '../plots/plot.js';
import type { GoalOptions } from './options.js';

export type Goal = {
  /** How it is chosen on the command line. */
  readonly name: string;
  /** How it stands in the table. */
  readonly title: string;
  /** What was measured and how, in a few sentences for the report. */
  readonly method: string;
  measure(trial: Trial): Promise<Finding>;
};

/** One measurement of a goal. */
export type Trial = {
  readonly options: GoalOptions;
  /** `whole`, or `quick` when a quick run is wanted, or what the command line says. */
  rounds(whole: number, quick: number): number;
  seconds(whole: number, quick: number): number;
  note(text: string): void;
};

export type Verdict = {
  /** What the figure is: a model, a load. */
  readonly of: string;
  readonly goal: string;
  readonly measured: string;
  /** Undefined: could not be measured here; `measured` says why. */
  readonly isMet: boolean | undefined;
};

export type Table = {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
};

export type Finding = {
  readonly verdicts: readonly Verdict[];
  readonly tables?: readonly Table[];
  readonly plots?: readonly Plot[];
  /** All that was measured, for programs. */
  readonly figures: unknown;
};

export type GoalResult = Finding & {
  readonly name: string;
  readonly title: string;
  readonly method: string;
  /** Share of the CPUs that others used just before. */
  readonly busyBefore: number;
  readonly seconds: number;
};
