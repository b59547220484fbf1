/** The digits rows that every scenario sends, and what the right answers are. */
import { readFileSync } from 'node:fs';
import type { ModelName } from './options.js';
import { ROOT } from './paths.js';

/** How far a probability may be from scikit-learn's own: float32 against float64. */
const TOLERANCE = 1e-5;

export type Sample = {
  /** A request body with one row. */
  readonly body: string;
  /** Probabilities of the ten digits. */
  readonly expected: readonly number[];
};

/** The rows of the held-out set. */
export function readRows(): readonly number[][] {
  return readDigits().inputs ?? [];
}

/** The first `count` rows of the held-out set with the answers of `model`. */
export function readSamples(model: ModelName, count: number): Sample[] {
  const digits = readDigits();
  const answers = digits[model.replace('digits-', '')] ?? [];
  return (digits.inputs ?? []).slice(0, count).map((row, at) => ({
    body: JSON.stringify({ instances: [row] }),
    expected: answers[at] ?? [],
  }));
}

function readDigits(): Record<string, number[][]> {
  const file = new URL('test/fixtures/digits_test.json', ROOT);
  return JSON.parse(readFileSync(file, 'utf8')) as Record<string, number[][]>;
}

/** Undefined when `text` is the right answer, else what is wrong with it. */
export function faultOfAnswer(text: string, sample: Sample): string | undefined {
  const got = probabilitiesOf(text);
  if (got === undefined) return `no prediction in ${text.slice(0, 120)}`;
  const isRight =
    got.length === sample.expected.length &&
    sample.expected.every((value, at) => Math.abs(value - (got[at] ?? Number.NaN)) <= TOLERANCE);
  return isRight ? undefined : `wrong probabilities ${text.slice(0, 120)}`;
}

// A model with several outputs answers objects of output name → value.
function probabilitiesOf(text: string): readonly number[] | undefined {
  try {
    const { predictions } = JSON.parse(text) as { predictions?: unknown[] };
    const first = predictions?.[0] as number[] | { probabilities?: number[] } | undefined;
    return Array.isArray(first) ? first : first?.probabilities;
  } catch {
    return undefined;
  }
}
