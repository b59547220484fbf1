/** Ours and the baseline serving a model of the digits, in alternating rounds, answers checked before and after. */
import { checkAnswers } from '../answers.js';
import { readSamples } from '../digits.js';
import { jsonAsk } from '../load/ask.js';
import type { ClosedOrder } from '../load/order.js';
import type { ModelName } from '../options.js';
import { type Round, runRound } from '../round.js';
import { startBaseline } from '../servers/baseline.js';
import { startForkcast } from '../servers/forkcast.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';
import { alternate } from './alternate.js';
import type { Trial } from './goal.js';
import { short } from './verdict.js';

export type DigitsRounds = { readonly ours: readonly Round[]; readonly theirs: readonly Round[] };

export type DigitsLoad = Pick<ClosedOrder, 'kind' | 'connections' | 'seconds'>;

export const CLIENTS: Readonly<Record<ClosedOrder['kind'], string>> = {
  autocannon: 'autocannon',
  sockets: 'bare sockets',
};

const CHECKED_ROWS = 50;
const SENT_ROWS = 8;
/** Long enough for the optimising compiler to settle, on every path and in every worker. */
const WARM_UP = { connections: 16, seconds: 3 };

export type DigitsPair = (load: DigitsLoad, rounds: number) => Promise<DigitsRounds>;

/** Both servers are the same for all rounds that `use` asks for. */
export function withDigits<T>(
  trial: Trial,
  model: ModelName,
  workers: number,
  use: (pair: DigitsPair) => Promise<T>,
): Promise<T> {
  const starts = [
    () => startForkcast({ serves: `models/${model}`, workers }),
    () => startBaseline({ serves: `models/${model}/model.onnx`, workers }),
  ];
  return together(starts, async (servers) => {
    const samples = readSamples(model, CHECKED_ROWS);
    const asks = samples.slice(0, SENT_ROWS).map(({ body }) => jsonAsk('/predict', body));
    for (const server of servers) {
      await checkAnswers(server, samples);
      await runRound(server, { kind: 'sockets', port: server.port, asks, ...WARM_UP });
    }
    const used = await use(async (load, rounds) => {
      const run = async (server: Running, number: number) => {
        const round = await runRound(server, { ...load, port: server.port, asks });
        trial.note(roundLine(`${model}, ${server.name}`, load, number, round));
        return round;
      };
      const [ours = [], theirs = []] = await alternate(servers, rounds, run);
      return { ours, theirs };
    });
    for (const server of servers) await checkAnswers(server, samples);
    return used;
  });
}

export function roundLine(who: string, load: DigitsLoad, number: number, round: Round): string {
  const { requestsPerSecond, cpuMicros, masterMicros, p50Ms, p99Ms, errors } = round;
  return (
    `${who}, ${load.connections} × ${CLIENTS[load.kind]}, round ${number}: ` +
    `${requestsPerSecond.toFixed(0)} req/s, ${short(cpuMicros)} µs CPU (master ${short(masterMicros)}), ` +
    `p50 ${p50Ms.toFixed(3)}, p99 ${p99Ms.toFixed(2)} ms, ${errors} errors`
  );
}
