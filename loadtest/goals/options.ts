import { parseArgs } from 'node:util';
import type { Arrivals } from '../load/mix.js';

export type GoalOptions = {
  /** Empty: all of them. */
  readonly names: readonly string[];
  readonly isQuick: boolean;
  /** Override each goal's own numbers. */
  readonly rounds: number | undefined;
  readonly seconds: number | undefined;
  /** When the requests of an open loop are due. */
  readonly arrivals: Arrivals;
};

const ARRIVALS: readonly Arrivals[] = ['poisson', 'fixed'];

const MOST_ROUNDS = 100;
const LONGEST_SECONDS = 600;

export function goalUsage(
  goals: readonly { readonly name: string; readonly title: string }[],
): string {
  const width = Math.max(...goals.map(({ name }) => name.length));
  const lines = goals.map(({ name, title }) => `    ${name.padEnd(width)}  ${title}`);
  return `npm run loadtest -- [NAME…] [options]
  NAME                     goals and sweeps, all unless told:
${lines.join('\n')}
  --quick                  short rounds, and few of them
  --rounds N               rounds of each server, whatever the goal's own number
  --seconds N              length of a round
  --arrivals ${ARRIVALS.join('|')}   of the open loops (poisson)

npm run loadtest -- publish            the last result of each as docs/performance/measured.md, with its plots
npm run loadtest -- smoke              a short look for CI; about 25 seconds
npm run loadtest -- simulate           the queue's policy against an ideal queue; seconds`;
}

/** Reads the command line; throws an `Error` whose message is for the user. */
export function parseGoalOptions(argv: readonly string[], known: readonly string[]): GoalOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      arrivals: { type: 'string', default: 'poisson' },
    },
  });
  const strangers = positionals.filter((name) => !known.includes(name));
  if (strangers.length > 0) {
    throw new Error(`no such goal: ${strangers.join(', ')}; there are ${known.join(', ')}`);
  }
  const arrivals = ARRIVALS.find((one) => one === values.arrivals);
  if (arrivals === undefined) {
    const known = ARRIVALS.join(' or ');
    throw new Error(`--arrivals: expected ${known}; got ${values.arrivals}`);
  }
  return {
    names: positionals,
    arrivals,
    isQuick: values.quick,
    rounds: whole('rounds', values.rounds, MOST_ROUNDS),
    seconds: whole('seconds', values.seconds, LONGEST_SECONDS),
  };
}

function whole(name: string, text: string | undefined, most: number): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${name}: expected a whole number from 1 to ${most}; got ${text}`);
  }
  return value;
}
