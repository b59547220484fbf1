import { parseArgs } from 'node:util';
import { PROXY_NAMES, type ProxyName } from '../proxies/proxy.js';

export type FaultOptions = {
  /** Empty: all of them. */
  readonly names: readonly string[];
  readonly isQuick: boolean;
  /** Overrides each fault's own length. */
  readonly seconds: number | undefined;
  readonly workers: number;
  readonly through: ProxyName | undefined;
};

const LONGEST_SECONDS = 3600;
const MOST_WORKERS = 64;

export function faultUsage(faults: readonly { readonly name: string }[]): string {
  return `npm run loadtest -- faults [NAME…] [options]
  NAME                     ${faults.map(({ name }) => name).join(', ')}   (all)
  --quick                  each a few seconds
  --seconds N              length of each fault that time ends
  --workers N              worker processes (2)
  --through ${PROXY_NAMES.join('|')}   clients go through this proxy`;
}

/** Reads the command line; throws an `Error` whose message is for the user. */
export function parseFaultOptions(argv: readonly string[], known: readonly string[]): FaultOptions {
  const { values, positionals } = parseArgs({
    args: [...argv],
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      seconds: { type: 'string' },
      workers: { type: 'string', default: '2' },
      through: { type: 'string' },
    },
  });
  const strangers = positionals.filter((name) => !known.includes(name));
  if (strangers.length > 0) {
    throw new Error(`no such fault: ${strangers.join(', ')}; there are ${known.join(', ')}`);
  }
  return {
    names: positionals,
    isQuick: values.quick,
    seconds:
      values.seconds === undefined ? undefined : whole('seconds', values.seconds, LONGEST_SECONDS),
    workers: whole('workers', values.workers, MOST_WORKERS),
    through: values.through === undefined ? undefined : proxy(values.through),
  };
}

function whole(name: string, text: string, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > most) {
    throw new Error(`--${name}: expected a whole number from 1 to ${most}; got ${text}`);
  }
  return value;
}

function proxy(text: string): ProxyName {
  const found = PROXY_NAMES.find((one) => one === text);
  if (found === undefined) {
    throw new Error(`--through: expected one of ${PROXY_NAMES.join(', ')}; got ${text}`);
  }
  return found;
}
