/** What a fault is, and what is told of one that was tried. */
import type { FaultOptions } from './options.js';

export type Fault = {
  /** How it is chosen on the command line. */
  readonly name: string;
  /** How it stands in the table. */
  readonly title: string;
  /** What the fault itself defines, and so does not count as failed. */
  readonly expected: string;
  /** Length in seconds of a whole and of a quick run, where time is what ends it. */
  readonly seconds: { readonly whole: number; readonly quick: number };
  run(trial: Trial): Promise<Findings>;
};

/** One try of a fault. */
export type Trial = {
  readonly options: FaultOptions;
  readonly seconds: number;
  note(text: string): void;
};

export type Findings = {
  readonly requests: number;
  /** Refusals and errors that the fault defines. */
  readonly refused: Readonly<Record<string, number>>;
  readonly failed: Readonly<Record<string, number>>;
  readonly worstMs: number;
  /** What was done and measured, in a few words. */
  readonly seen: string;
  /** Expectations that did not hold, other than failed requests. */
  readonly broken: readonly string[];
};

export type FaultResult = Findings & {
  readonly name: string;
  readonly title: string;
  readonly expected: string;
  readonly seconds: number;
};

export function isGood({ failed, broken }: Findings): boolean {
  return Object.keys(failed).length === 0 && broken.length === 0;
}
