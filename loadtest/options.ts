import { parseArgs } from 'node:util';

export const MODELS = ['digits-lr', 'digits-mlp', 'digits-rf'] as const;
export const SCENARIOS = ['compare', 'crash', 'drain'] as const;
export const TARGETS = ['forkcast', 'baseline', 'both'] as const;

export type ModelName = (typeof MODELS)[number];
export type Scenario = (typeof SCENARIOS)[number];
export type TargetChoice = (typeof TARGETS)[number];

export type Options = {
  readonly scenario: Scenario;
  readonly target: TargetChoice;
  readonly model: ModelName;
  readonly workers: number;
  readonly rounds: number;
  /** Length of one round, of the crash run, or of the load before the drain. */
  readonly seconds: number;
  /** One entry per group of rounds; crash and drain use the first. */
  readonly connections: readonly number[];
  /** Time between two kills of the crash scenario. */
  readonly everyMs: number;
};

export const USAGE = `npm run loadtest -- ${SCENARIOS.join('|')} [options]
  --target ${TARGETS.join('|')}   (both)
  --model ${MODELS.join('|')}   (digits-mlp)
  --workers N              worker processes of each server (2)
  --rounds N               rounds per server and number of connections (5)
  --seconds N              length of a round (5), of the crash run (20), before the drain (3)
  --connections N[,N…]     (compare 1,16,64; crash 50; drain 200)
  --every 500ms|1s         time between kills (1s)`;

const DEFAULT_SECONDS: Record<Scenario, string> = { compare: '5', crash: '20', drain: '3' };
const DEFAULT_CONNECTIONS: Record<Scenario, string> = {
  compare: '1,16,64',
  crash: '50',
  drain: '200',
};
/** No run is longer than this, however the numbers are chosen. */
const LONGEST_SECONDS = 3600;

/** The scenario's name comes first, or as `--scenario NAME`. */
export function isScenario(argv: readonly string[]): boolean {
  return argv.includes('--scenario') || SCENARIOS.some((name) => name === argv[0]);
}

/** Reads the command line; throws an `Error` whose message is for the user. */
export function parseOptions(argv: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      scenario: { type: 'string' },
      target: { type: 'string', default: 'both' },
      model: { type: 'string', default: 'digits-mlp' },
      workers: { type: 'string', default: '2' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      every: { type: 'string', default: '1s' },
    },
  });
  const [name = values.scenario ?? 'compare', ...strangers] = positionals;
  if (strangers.length > 0) throw new Error(`not understood: ${strangers.join(' ')}`);
  const scenario = choice('scenario', name, SCENARIOS);
  const connections = values.connections ?? DEFAULT_CONNECTIONS[scenario];
  return {
    scenario,
    target: choice('target', values.target, TARGETS),
    model: choice('model', values.model, MODELS),
    workers: count('workers', values.workers, 64),
    rounds: count('rounds', values.rounds, 1000),
    seconds: count('seconds', values.seconds ?? DEFAULT_SECONDS[scenario], LONGEST_SECONDS),
    connections: connections.split(',').map((text) => count('connections', text, 10_000)),
    everyMs: everyMs(values.every),
  };
}

function choice<T extends string>(name: string, text: string, choices: readonly T[]): T {
  const found = choices.find((one) => one === text);
  if (found === undefined) {
    throw new Error(`--${name}: expected one of ${choices.join(', ')}; got ${text}`);
  }
  return found;
}

function count(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${name}: expected a whole number from 1 to ${most}; got ${text}`);
  }
  return value;
}

function everyMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s)?$/.exec(text);
  const value = Number(match?.[1]) * (match?.[2] === 'ms' ? 1 : 1000);
  if (!(value >= 50)) throw new Error(`--every: expected a time of at least 50ms; got ${text}`);
  return value;
}
