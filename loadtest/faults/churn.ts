import { pause } from './crowd.js';
import type { Fault } from './fault.js';
import { deathsIn } from './stand.js';
import { underLoad, unmet } from './under-load.js';

const LAST_MS = 30_000;
const AFTER = ['--max-requests', '300', '--max-requests-jitter', '50'];

export const churn: Fault = {
  name: 'max-requests',
  title: 'workers replaced all the time (`--max-requests 300`)',
  expected: 'nothing, and never fewer workers than wanted',
  seconds: { whole: 20, quick: 4 },
  run: (trial) =>
    underLoad(trial, { args: AFTER }, async ({ stand }) => {
      let fewest = Number.POSITIVE_INFINITY;
      const endMs = performance.now() + trial.seconds * 1000;
      // On a slow machine the first one takes its time.
      const isOver = async (): Promise<boolean> =>
        performance.now() > endMs + LAST_MS ||
        (performance.now() > endMs && (await deathsIn(stand)) > 0);
      while (!(await isOver())) {
        const { workers } = await stand.status();
        // Who retires still serves: until its successor is ready.
        const serving = workers.filter(({ state }) => state === 'ready' || state === 'retiring');
        fewest = Math.min(fewest, serving.length);
        await pause(20);
      }
      const replaced = await deathsIn(stand);
      return {
        seen: `${replaced} workers replaced, never fewer than ${fewest} that serve`,
        broken: unmet(
          [replaced > 0, 'no worker was replaced'],
          [fewest >= trial.options.workers, `at times only ${fewest} workers served`],
        ),
      };
    }),
};
