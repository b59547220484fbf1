/** One master after another on the same sockets, and the way back. */
import { pause } from './crowd.js';
import type { Fault, Trial } from './fault.js';
import { type Stand, signalIfThere, untilGone } from './stand.js';
import { type Deed, type Scene, underLoad, unmet } from './under-load.js';

const TIMES = 3;
const LIMIT_MS = 60_000;

export const upgrade: Fault = {
  name: 'upgrade',
  title: 'USR2, WINCH and TERM: a new master; and USR2, WINCH, HUP: the way back',
  expected: 'nothing: no connection is refused',
  seconds: { whole: 0, quick: 0 },
  run: (trial) =>
    underLoad(trial, { stops: false }, async (scene) => {
      const deed = await upgradeAndBack(trial, scene);
      await scene.crowd.stop();
      const isGone = await scene.stand.stopNewest();
      return {
        ...deed,
        broken: [...deed.broken, ...unmet([isGone, 'the last master did not end'])],
      };
    }),
};

async function upgradeAndBack(trial: Trial, { stand }: Scene): Promise<Deed> {
  const others: string[] = [];
  const note = (otherwise: string | undefined): void => {
    if (otherwise !== undefined) others.push(otherwise);
  };
  const times = trial.options.isQuick ? 1 : TIMES;
  for (let count = 0; count < times; count += 1) note(await upgradeOnce(stand));
  note(await thereAndBack(stand));
  return {
    seen: `${times} new masters, and one that was sent away again`,
    broken: unmet([others.length === 0, others.join('; ')]),
  };
}

/** @returns what went wrong. */
export async function upgradeOnce(stand: Stand): Promise<string | undefined> {
  const old = await stand.master();
  if ((await begin(stand, old)) === old) return 'no new master came';
  signalIfThere(old, 'SIGWINCH');
  await pause(1000);
  signalIfThere(old, 'SIGTERM');
  return (await untilGone(old)) ? undefined : 'the old master did not end';
}

async function thereAndBack(stand: Stand): Promise<string | undefined> {
  const old = await stand.master();
  const next = await begin(stand, old);
  signalIfThere(old, 'SIGWINCH');
  await pause(3000);
  signalIfThere(old, 'SIGHUP');
  await pause(3000);
  signalIfThere(next, 'SIGTERM');
  if (!(await untilGone(next))) return 'the new master did not end';
  const isBack = await stand.until(({ pid }) => pid === old);
  return isBack ? undefined : 'the old master did not come back';
}

/** @returns the pid of who answers at the admin port once a new master serves. */
async function begin(stand: Stand, old: number): Promise<number> {
  signalIfThere(old, 'SIGUSR2');
  await stand.until(({ pid }) => pid !== old, LIMIT_MS);
  return stand.master();
}
