/** One master after another on the same sockets, and the way back. */
import { existsSync } from 'node:fs';
import { pause } from './crowd.js';
import type { Fault, Trial } from './fault.js';
import { type Stand, signalIfThere } from './stand.js';
import { type Deed, type Scene, underLoad, unmet } from './under-load.js';

const TIMES = 3;
const LIMIT_MS = 60_000;

export const upgrade: Fault = {
  name: 'upgrade',
  title: 'USR2, WINCH and TERM: a new master; and USR2, WINCH, HUP: the way back',
  expected: 'nothing: no connection is refused',
  seconds: { whole: 0, quick: 0 },
  run: (trial) => {
    let newest = 0;
    return underLoad(trial, { stops: false }, async (scene) => {
      const deed = await upgradeAndBack(trial, scene);
      newest = await masterOf(scene.stand);
      await scene.crowd.stop();
      // It is nobody's child any more.
      signalIfThere(newest, 'SIGTERM');
      const isGone = await untilGone(newest);
      return {
        ...deed,
        broken: [...deed.broken, ...unmet([isGone, 'the last master did not end'])],
      };
    });
  },
};

async function upgradeAndBack(trial: Trial, { stand }: Scene): Promise<Deed> {
  const others: string[] = [];
  const check = (holds: boolean, otherwise: string): void => {
    if (!holds) others.push(otherwise);
  };
  const times = trial.options.isQuick ? 1 : TIMES;
  for (let count = 0; count < times; count += 1) {
    const old = await masterOf(stand);
    const next = await begin(stand, old);
    check(next !== old, 'no new master came');
    signalIfThere(old, 'SIGWINCH');
    await pause(1000);
    signalIfThere(old, 'SIGTERM');
    check(await untilGone(old), 'the old master did not end');
  }
  const old = await masterOf(stand);
  const next = await begin(stand, old);
  signalIfThere(old, 'SIGWINCH');
  await pause(3000);
  signalIfThere(old, 'SIGHUP');
  await pause(3000);
  signalIfThere(next, 'SIGTERM');
  check(await untilGone(next), 'the new master did not end');
  check(await stand.until(({ pid }) => pid === old), 'the old master did not come back');
  return {
    seen: `${times} new masters, and one that was sent away again`,
    broken: unmet([others.length === 0, others.join('; ')]),
  };
}

/** @returns the pid of who answers at the admin port once a new master serves. */
async function begin(stand: Stand, old: number): Promise<number> {
  signalIfThere(old, 'SIGUSR2');
  await stand.until(({ pid }) => pid !== old, LIMIT_MS);
  return masterOf(stand);
}

async function masterOf(stand: Stand): Promise<number> {
  return (await stand.status()).pid;
}

async function untilGone(pid: number): Promise<boolean> {
  const untilMs = performance.now() + LIMIT_MS;
  while (existsSync(`/proc/${pid}`)) {
    if (performance.now() > untilMs) return false;
    await pause(50);
  }
  return true;
}
