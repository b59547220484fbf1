/** What one more process on the way costs on this machine, whatever it does: the least that a master can add. */
import { jsonAsk } from '../load/ask.js';
import { type Round, runRound } from '../round.js';
import { type Bare, startBare } from '../servers/bare.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';
import { spreadOf } from '../statistics.js';
import { alternate } from './alternate.js';
import { type DigitsLoad, roundLine } from './digits-rounds.js';
import type { Table, Trial } from './goal.js';
import { ROUND_HEAD, roundRow } from './round-table.js';
import { short } from './verdict.js';

const WARM_UP_SECONDS = 1;
/** About what the server written by hand does for a request. */
const WORK_MS = 0.08;
const DIRECT: Bare = { name: 'answers itself', workMs: WORK_MS, workers: 0 };
const BEHIND: Bare = { name: 'asks a process behind it', workMs: WORK_MS, workers: 1 };

export type BareHop = { readonly table: Table; readonly rounds: readonly (readonly Round[])[] };

export function measureBareHop(trial: Trial, load: DigitsLoad, rounds: number): Promise<BareHop> {
  const asks = [jsonAsk('/predict', 'x'.repeat(200))];
  return together([() => startBare(DIRECT), () => startBare(BEHIND)], async (servers) => {
    const run = (server: Running, seconds: number) =>
      runRound(server, { ...load, seconds, port: server.port, asks });
    for (const server of servers) await run(server, WARM_UP_SECONDS);
    const [direct = [], behind = []] = await alternate(servers, rounds, async (server, number) => {
      const round = await run(server, load.seconds);
      trial.note(roundLine(server.name, load, number, round));
      return round;
    });
    return { table: tableOf(direct, behind), rounds: [direct, behind] };
  });
}

function tableOf(direct: readonly Round[], behind: readonly Round[]): Table {
  const over = behind.map(({ p50Ms }, at) => 1000 * (p50Ms - (direct[at]?.p50Ms ?? Number.NaN)));
  const { median, least, most } = spreadOf(over);
  return {
    title: `what one more process costs at least, no HTTP and no decision in it: p50 ${short(median)} µs more (${short(least)}–${short(most)})`,
    head: ROUND_HEAD,
    rows: [roundRow(DIRECT.name, direct), roundRow(BEHIND.name, behind)],
  };
}
