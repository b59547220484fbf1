/** The number of workers goes up and down, by every way there is. */
import { pause } from './crowd.js';
import type { Fault, Trial } from './fault.js';
import { type Deed, type Scene, underLoad, unmet } from './under-load.js';

export const scale: Fault = {
  name: 'scale',
  title: 'workers up and down: `ctl scale`, TTIN, TTOU',
  expected: 'nothing',
  seconds: { whole: 20, quick: 4 },
  run: (trial) => underLoad(trial, {}, (scene) => upAndDown(trial, scene)),
};

async function upAndDown(trial: Trial, { stand }: Scene): Promise<Deed> {
  const few = trial.options.workers;
  const others: string[] = [];
  const endMs = performance.now() + trial.seconds * 1000;
  let changes = 0;
  const became = async (what: string, count: number): Promise<void> => {
    changes += 1;
    if (!(await stand.untilReady(count))) others.push(`${what} did not make ${count} workers`);
  };
  while (performance.now() < endMs || changes === 0) {
    for (const count of [few + 2, 1]) {
      const { code, stderr } = await stand.ctl('scale', String(count));
      if (code !== 0) others.push(`ctl scale ended with ${code}: ${stderr.trim()}`);
      await became('ctl scale', count);
    }
    stand.signal('SIGTTIN');
    await became('TTIN', 2);
    stand.signal('SIGTTOU');
    await became('TTOU', 1);
    await pause(100);
  }
  return {
    seen: `${changes} changes, between 1 and ${few + 2} workers`,
    broken: unmet([others.length === 0, others.join('; ')]),
  };
}
