/** New versions under load, and ones that are broken. */
import type { Fault, Trial } from './fault.js';
import type { Scene } from './under-load.js';
import { type Deed, underLoad, unmet } from './under-load.js';

const RELOADS = 20;
const BROKEN = 5;

export const reload: Fault = {
  name: 'reload',
  title: 'reloads, each to a new version',
  expected: 'nothing; and no old answer once a reload is done',
  seconds: { whole: 0, quick: 0 },
  run: (trial) =>
    underLoad(trial, {}, (scene) => reloadTimes(trial.options.isQuick ? 3 : RELOADS, scene)),
};

async function reloadTimes(times: number, scene: Scene): Promise<Deed> {
  const errors: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const error = await reloadOnce(scene);
    if (error !== undefined) errors.push(error);
  }
  return { seen: `${times} reloads`, broken: unmet([errors.length === 0, errors.join('; ')]) };
}

/** @returns what `ctl` said when it failed. */
export async function reloadOnce({
  stand,
  window,
}: Omit<Scene, 'crowd'>): Promise<string | undefined> {
  stand.repository.layNext();
  window.to = stand.repository.version;
  const { code, stderr } = await stand.ctl('reload');
  if (code !== 0) return `ctl reload ended with ${code}: ${stderr.trim()}`;
  // Who asks from now on gets the new version, and nothing else.
  window.from = window.to;
  stand.repository.forgetBefore(window.from);
  return undefined;
}

export const brokenReload: Fault = {
  name: 'broken-reload',
  title: 'reloads to a broken model',
  expected: 'nothing; `ctl reload` ends with 1 and the same workers serve on',
  seconds: { whole: 0, quick: 0 },
  run: (trial) => underLoad(trial, {}, (scene) => reloadBroken(trial, scene)),
};

async function reloadBroken(trial: Trial, scene: Scene): Promise<Deed> {
  const before = await scene.stand.workers();
  const times = trial.options.isQuick ? 1 : BROKEN;
  const others: string[] = [];
  for (let count = 0; count < times; count += 1) {
    const otherwise = await refusesBroken(scene);
    if (otherwise !== undefined) others.push(otherwise);
  }
  const after = await scene.stand.workers();
  return {
    seen: `${times} reloads refused with the reason`,
    broken: unmet(
      [others.length === 0, `ctl reload ended otherwise: ${others.join('; ')}`],
      [before.join() === after.join(), 'workers were exchanged'],
    ),
  };
}

/** @returns what `ctl` said when it was not the refusal of the broken model. */
export async function refusesBroken({ stand }: Pick<Scene, 'stand'>): Promise<string | undefined> {
  stand.repository.layBroken();
  const { code, stderr } = await stand.ctl('reload');
  stand.repository.takeBack();
  if (code === 1 && stderr.includes('broken on purpose')) return undefined;
  return `${code}: ${stderr.trim()}`;
}
