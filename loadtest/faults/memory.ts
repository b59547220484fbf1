import { pause } from './crowd.js';
import type { Fault } from './fault.js';
import { memoryLimit } from './memory-limit.js';
import { deathsIn } from './stand.js';
import { underLoad, unmet } from './under-load.js';

export const memory: Fault = {
  name: 'memory',
  title: 'out of memory: a model that leaks, under a limit',
  expected: 'nothing: no single request is what kills',
  seconds: { whole: 20, quick: 8 },
  run: async (trial) => {
    const limit = memoryLimit();
    try {
      const crowd = { keepAlive: 6, fresh: 2, pauseMs: 20 };
      return await underLoad(
        trial,
        { ...limit.stand, crowd, extra: { leakKb: limit.leakKb } },
        async ({ stand }) => {
          await pause(trial.seconds * 1000);
          const deaths = await deathsIn(stand);
          return {
            seen: `${deaths} workers died; ${limit.what}`,
            broken: unmet([deaths > 0, 'no worker ran out of memory']),
          };
        },
      );
    } finally {
      limit.remove();
    }
  },
};
