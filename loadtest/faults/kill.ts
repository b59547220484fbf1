import { pause } from './crowd.js';
import type { Fault } from './fault.js';
import { signalIfThere } from './stand.js';
import { underLoad, unmet } from './under-load.js';

const EVERY_MS = 500;

export const kill: Fault = {
  name: 'kill',
  title: 'kill −9 of a worker every 500 ms',
  expected: 'nothing',
  seconds: { whole: 20, quick: 3 },
  run: (trial) =>
    underLoad(trial, {}, async ({ stand }) => {
      let kills = 0;
      for (let ms = 0; ms < trial.seconds * 1000; ms += EVERY_MS) {
        await pause(EVERY_MS);
        const pids = await stand.workers();
        const victim = pids[Math.floor(Math.random() * pids.length)];
        if (victim !== undefined && signalIfThere(victim, 'SIGKILL')) kills += 1;
      }
      return { seen: `${kills} workers killed`, broken: unmet([kills > 0, 'nobody was killed']) };
    }),
};
