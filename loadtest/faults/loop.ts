import { askSubject } from './asks.js';
import { openConnection } from './connection.js';
import { faultOf, pause } from './crowd.js';
import type { Fault } from './fault.js';
import { underLoad, unmet } from './under-load.js';

const EVERY_MS = 2000;
const EXPECTED = '504 EXECUTION_TIMEOUT';
const ONE_VERSION = () => ({ from: 1, to: 1 });

export const loop: Fault = {
  name: 'loop',
  title: 'a request that loops for ever (`--timeout 1s`)',
  expected: `${EXPECTED} for each request that loops`,
  seconds: { whole: 20, quick: 4 },
  run: (trial) =>
    underLoad(trial, { args: ['--timeout', '1s'] }, async ({ port, crowd }) => {
      const others: string[] = [];
      let loops = 0;
      const endMs = performance.now() + trial.seconds * 1000;
      while (performance.now() + EVERY_MS < endMs || loops === 0) {
        const outcome = await askToLoop(port);
        loops += 1;
        if (outcome === EXPECTED) crowd.tally.refusedBy(outcome);
        else others.push(`a loop was answered ${outcome}`);
        await pause(EVERY_MS - 1000);
      }
      return {
        seen: `${loops} requests that loop`,
        broken: unmet([others.length === 0, others.join(', ')]),
      };
    }),
};

async function askToLoop(port: number): Promise<string> {
  const ask = askSubject(1, ONE_VERSION, { loop: true });
  const connection = await openConnection(port);
  const reply = await connection.ask(ask.kept, 30_000);
  connection.close();
  return faultOf(reply, ask) ?? 'as if it had not looped';
}
