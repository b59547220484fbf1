/** A long life in short: many requests, many reloads; nothing may pile up in the master. */
import { median } from '../statistics.js';
import { pause } from './crowd.js';
import type { Fault, Trial } from './fault.js';
import { reloadOnce } from './reload.js';
import { openDescriptors, residentMb } from './stand.js';
import { type Deed, type Scene, underLoad, unmet } from './under-load.js';

/**
 * V8 collects the master's old space for the first time when it holds some 30 MB, of which 12 are in use: after 1.4
 * million requests. Until then it grows, whatever it keeps; so nothing is judged before.
 */
const WHOLE = { warmUp: 1_500_000, requests: 1_000_000, reloads: 50 };
const QUICK = { warmUp: 4_000, requests: 20_000, reloads: 3 };
const MOST_GROWTH = 1.05;

export const soak: Fault = {
  name: 'soak',
  title: 'soak with reloads',
  expected: 'nothing; the master no larger than 5 %, and no descriptor left open',
  seconds: { whole: 0, quick: 0 },
  run: (trial) => {
    const crowd = { keepAlive: 24, fresh: 1, pauseMs: 0 };
    return underLoad(trial, { crowd }, (scene) => soakFor(trial, scene));
  },
};

async function soakFor(trial: Trial, scene: Scene): Promise<Deed> {
  const { stand, crowd } = scene;
  const { warmUp, requests, reloads } = trial.options.isQuick ? QUICK : WHOLE;
  const errors: string[] = [];
  const reload = async (): Promise<void> => {
    const error = await reloadOnce(scene);
    if (error !== undefined) errors.push(error);
  };
  await reload();
  await until(crowd, warmUp);
  const descriptors = await quietDescriptors(scene);
  const sizes: number[] = [];
  const timer = setInterval(() => sizes.push(residentMb(stand.server.pid)), 500);
  for (let done = 0; done < reloads; done += 1) {
    await until(crowd, warmUp + (requests * (done + 1)) / (reloads + 1));
    await reload();
  }
  await until(crowd, warmUp + requests);
  clearInterval(timer);
  const left = (await quietDescriptors(scene)) - descriptors;
  const [early, late] = earlyAndLate(sizes);
  const growth = late / early;
  return {
    seen: `${reloads} reloads; master ${early.toFixed(0)} → ${late.toFixed(0)} MB, descriptors ${left >= 0 ? '+' : ''}${left}`,
    broken: unmet(
      [errors.length === 0, errors.join('; ')],
      [
        trial.options.isQuick || growth <= MOST_GROWTH,
        `the master grew by ${((growth - 1) * 100).toFixed(0)} %`,
      ],
      [left <= 0, `${left} descriptors left open`],
    ),
  };
}

async function until({ tally }: Scene['crowd'], requests: number): Promise<void> {
  while (tally.requests < requests) await pause(20);
}

/** Median size in the first and in the last third. */
function earlyAndLate(sizes: readonly number[]): [number, number] {
  const third = Math.max(1, Math.floor(sizes.length / 3));
  return [median(sizes.slice(0, third)), median(sizes.slice(-third))];
}

/** The master's descriptors, but for its connections (a proxy keeps some), while no worker comes or leaves. */
async function quietDescriptors({ stand, crowd }: Scene): Promise<number> {
  await crowd.rest();
  await stand.untilReady(stand.workerCount);
  await pause(500);
  const { connections } = await stand.status();
  // The connection of that question takes a moment to go.
  await pause(1000);
  const count = openDescriptors(stand.server.pid) - connections;
  crowd.goOn();
  return count;
}
