/** `npm run loadtest -- fuzz`: both ways into the server, byte for byte. */
import { parseArgs } from 'node:util';
import { type Difference, fuzz } from './differential.js';

export const FUZZ_USAGE = `npm run loadtest -- fuzz [--count N] [--seed N] [--from N]
  --count N  connections, each with one to four requests (100000)
  --seed N   another seed is another set of connections (1)
  --from N   the number of the first one; with --count 1 a difference is seen alone (0)`;

/** @returns the exit code: 1 when the two differ */
export async function runFuzz(options: FuzzOptions, note: (text: string) => void): Promise<number> {
  const { seed, from, count } = options;
  const startedAtMs = performance.now();
  const report = await fuzz(seed, from, count, (done) => {
    if (done % 100_000 === 0) note(`${done} connections`);
  });
  const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
  const { requests, handedOver, differences } = report;
  for (const difference of differences) process.stdout.write(`${described(difference)}\n`);
  process.stdout.write(
    `seed ${seed}, connections ${from} to ${from + count - 1}: ${requests} requests reached a worker, ` +
      `${handedOver} connections were left to node:http, ${differences.length} differences, ${seconds} s\n`,
  );
  return differences.length === 0 ? 0 : 1;
}

export type FuzzOptions = { readonly seed: number; readonly from: number; readonly count: number };

/** @throws Error with what is wrong */
export function parseFuzzOptions(argv: readonly string[]): FuzzOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      seed: { type: 'string', default: '1' },
      from: { type: 'string', default: '0' },
      count: { type: 'string', default: '100000' },
    },
  });
  return {
    seed: whole('seed', values.seed),
    from: whole('from', values.from),
    count: whole('count', values.count),
  };
}

function whole(name: string, text: string): number {
  if (/^[0-9]{1,9}$/.test(text)) return Number(text);
  throw new Error(`--${name}: expected a whole number, got "${text}"`);
}

function described({ number, what, pieces, fast, http }: Difference): string {
  return [`connection ${number} differs in ${what}`, `sent ${JSON.stringify(pieces)}`]
    .concat([`fast path ${JSON.stringify(fast)}`, `node:http ${JSON.stringify(http)}`])
    .join('\n  ');
}
