import { pause } from './crowd.js';
import type { Fault } from './fault.js';
import { underLoad, unmet } from './under-load.js';

const PROXY_FINDS_NOBODY = /^50[234]( |$)/;

export const term: Fault = {
  name: 'term',
  title: 'TERM with 100 clients at work',
  expected: 'new connections are refused once the listener is closed',
  seconds: { whole: 5, quick: 2 },
  run: async (trial) => {
    let isTermSent = false;
    const isProxied = trial.options.through !== undefined;
    const isExpected = (reason: string) =>
      isTermSent && (reason === 'ECONNREFUSED' || (isProxied && PROXY_FINDS_NOBODY.test(reason)));
    const crowd = { keepAlive: 80, fresh: 20, pauseMs: 50, isExpected };
    return underLoad(
      trial,
      { crowd, extra: { ms: 2 }, stops: false },
      async ({ stand, crowd: { tally } }) => {
        await pause(trial.seconds * 1000);
        const before = tally.answers;
        isTermSent = true;
        const startedMs = performance.now();
        const { code, signal } = await stand.stop();
        const tookS = ((performance.now() - startedMs) / 1000).toFixed(1);
        return {
          seen: `${tally.answers - before} answers after TERM, exit ${signal ?? code} after ${tookS} s`,
          broken: unmet([code === 0, `the server ended with ${signal ?? code}, not 0`]),
        };
      },
    );
  },
};
