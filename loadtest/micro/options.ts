import { parseArgs } from 'node:util';
import { MODELS, type ModelName } from '../options.js';

export type MicroOptions = {
  readonly model: ModelName;
  /** Requests in one read of the link. */
  readonly batches: readonly number[];
  /** Rows in each request. */
  readonly rows: number;
  readonly seconds: number;
};

export const MICRO_USAGE = `npm run loadtest -- micro [options]
  --model ${MODELS.join('|')}   (digits-lr)
  --batch N[,N…]           requests in one read of the link (1,8,16)
  --rows N                 rows of each request (1)
  --seconds N              measured for each number of requests (3)`;

const MOST = 10_000;

/** @throws Error whose message is for the user */
export function parseMicroOptions(argv: readonly string[]): MicroOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      model: { type: 'string', default: 'digits-lr' },
      batch: { type: 'string', default: '1,8,16' },
      rows: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '3' },
    },
  });
  const model = MODELS.find((name) => name === values.model);
  if (model === undefined) {
    throw new Error(`--model: expected one of ${MODELS.join(', ')}; got ${values.model}`);
  }
  return {
    model,
    batches: values.batch.split(',').map((text) => count('batch', text)),
    rows: count('rows', values.rows),
    seconds: count('seconds', values.seconds),
  };
}

function count(name: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= MOST) return value;
  throw new Error(`--${name}: expected a whole number from 1 to ${MOST}; got ${text}`);
}
