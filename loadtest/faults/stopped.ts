/** SIGSTOP: a worker that is there and does nothing. */
import { pause } from './crowd.js';
import type { Fault, Trial } from './fault.js';
import { type Stand, signalIfThere } from './stand.js';
import { underLoad, unmet } from './under-load.js';

const DEAF = ['--deaf-after', '2s'];
const TIMEOUT = ['--timeout', '2s'];
const REPLACED_WITHIN_MS = 30_000;

/** With no work at all: only a check of its own can find that it is deaf. */
export const stoppedIdle: Fault = {
  name: 'stop-idle',
  title: 'SIGSTOP of an idle worker (`--deaf-after 2s`)',
  expected: 'nothing',
  seconds: { whole: 10, quick: 2 },
  run: (trial) =>
    underLoad(
      trial,
      { crowd: { keepAlive: 4, fresh: 1, pauseMs: 50 }, args: DEAF },
      async (scene) => {
        await pause(500);
        await scene.crowd.rest();
        const tookMs = await stopOne(scene.stand);
        scene.crowd.goOn();
        await pause(trial.seconds * 1000);
        return {
          seen:
            tookMs === undefined
              ? 'never replaced'
              : `replaced after ${seconds(tookMs)}, without work`,
          broken: unmet([tookMs !== undefined, 'the stopped worker was not replaced']),
        };
      },
    ),
};

export const stoppedBusy: Fault = {
  name: 'stop-busy',
  title: 'SIGSTOP of a worker with work (`--timeout 2s`)',
  expected: 'nothing: no 504 for what the worker never computed',
  seconds: { whole: 20, quick: 4 },
  run: (trial) =>
    underLoad(trial, { args: TIMEOUT }, ({ stand }) => stopAgainAndAgain(trial, stand)),
};

async function stopAgainAndAgain(
  trial: Trial,
  stand: Stand,
): Promise<{ seen: string; broken: string[] }> {
  const took: number[] = [];
  let isStuck = false;
  const endMs = performance.now() + trial.seconds * 1000;
  while (performance.now() < endMs && !isStuck) {
    await pause(500);
    const ms = await stopOne(stand);
    isStuck = ms === undefined;
    if (ms !== undefined) took.push(ms);
    await stand.untilReady(trial.options.workers);
  }
  return {
    seen: `${took.length} workers stopped, the last one replaced after ${seconds(took.at(-1) ?? 0)}`,
    broken: unmet([!isStuck, 'a stopped worker was not replaced']),
  };
}

/** @returns how long it took until the process was gone; undefined when it is still there. */
async function stopOne(stand: Stand): Promise<number | undefined> {
  const [pid] = await stand.workers();
  if (pid === undefined) return undefined;
  signalIfThere(pid, 'SIGSTOP');
  const startedMs = performance.now();
  const isGone = await stand.until(
    ({ workers }) => workers.every((worker) => worker.pid !== pid),
    REPLACED_WITHIN_MS,
  );
  if (!isGone) signalIfThere(pid, 'SIGKILL');
  return isGone ? performance.now() - startedMs : undefined;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
