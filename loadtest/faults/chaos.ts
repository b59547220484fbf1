/** Several of the other faults at once, in an order that nobody chose. */
import { pause } from './crowd.js';
import { everyKind } from './every-kind.js';
import type { Fault, Trial } from './fault.js';
import { refusesBroken, reloadOnce } from './reload.js';
import { type Stand, type Status, signalIfThere } from './stand.js';
import { type Deed, type Scene, underLoad, unmet } from './under-load.js';
import { upgradeOnce } from './upgrade.js';

const ARGS = ['--deaf-after', '2s', '--timeout', '3s'];
const CROWD = { keepAlive: 16, fresh: 4, pauseMs: 20 };
const MOST_WORKERS = 4;
/** A request whose worker dies has had time to run elsewhere before the next one dies. */
const HARM_EVERY_MS = 1000;

export const chaos: Fault = {
  name: 'chaos',
  title: 'at once and in any order: kills, stops, reloads, scaling, restarts, new masters',
  expected: 'nothing',
  seconds: { whole: 120, quick: 8 },
  run: (trial) =>
    underLoad(trial, { args: ARGS, crowd: CROWD, asking: everyKind, stops: false }, (scene) =>
      allAtOnce(trial, scene),
    ),
};

/** @returns what went otherwise than it should; undefined when nothing did. */
type Change = (scene: Scene) => Promise<string | undefined>;

const CHANGES: Readonly<Record<string, Change>> = {
  reload: reloadOnce,
  'broken reload': refusesBroken,
  HUP: signalled('SIGHUP'),
  TTIN: signalled('SIGTTIN'),
  TTOU: signalled('SIGTTOU'),
  scale: ({ stand }) => told(stand, 'scale', String(1 + below(MOST_WORKERS))),
  restart: ({ stand }) => told(stand, 'restart', '0'),
  'new master': ({ stand }) => upgradeOnce(stand),
};

async function allAtOnce(trial: Trial, scene: Scene): Promise<Deed> {
  const { stand } = scene;
  const endMs = performance.now() + trial.seconds * 1000;
  const isOver = () => performance.now() > endMs;
  const [harms, { done, others }] = await Promise.all([
    harm(stand, isOver),
    change(trial, scene, isOver),
  ]);
  const isCalm = await stand.until(isWhole, 60_000);
  await scene.crowd.stop();
  const hasEnded = await stand.stopNewest();
  return {
    seen: `${harms} workers killed or stopped, ${done} changes`,
    broken: unmet(
      [harms > 0 && done > 0, 'nothing was done'],
      [others.length === 0, others.join('; ')],
      [isCalm, 'not all workers came back'],
      [hasEnded, 'the last master did not end'],
    ),
  };
}

async function harm(stand: Stand, isOver: () => boolean): Promise<number> {
  let count = 0;
  while (!isOver()) {
    await pause(HARM_EVERY_MS * (1 + Math.random()));
    if (await harmOne(stand)) count += 1;
    await stand.until(({ workers }) => workers.some(({ state }) => state === 'ready'));
  }
  return count;
}

/** @returns whether anybody was harmed */
async function harmOne(stand: Stand): Promise<boolean> {
  const { workers } = await stand.status();
  const { pid, state } = workers[below(workers.length)] ?? {};
  if (pid === undefined) return false;
  // One that is stopped while it boots is waited for as long as a boot may take.
  const mayStop = state === 'ready' && below(3) === 0;
  return signalIfThere(pid, mayStop ? 'SIGSTOP' : 'SIGKILL');
}

async function change(
  trial: Trial,
  scene: Scene,
  isOver: () => boolean,
): Promise<{ done: number; others: string[] }> {
  const others: string[] = [];
  const names = Object.keys(CHANGES);
  let done = 0;
  for (; !isOver(); done += 1) {
    const name = names[below(names.length)] ?? '';
    const otherwise = await CHANGES[name]?.(scene);
    if (otherwise !== undefined) others.push(`${name}: ${otherwise}`);
    trial.note(`  ${name}`);
    await pause(500 * Math.random());
  }
  return { done, others };
}

function signalled(signal: NodeJS.Signals): Change {
  return async ({ stand }) => {
    signalIfThere(await stand.master(), signal);
    await pause(1000);
    return undefined;
  };
}

async function told(stand: Stand, ...words: string[]): Promise<string | undefined> {
  const { code, stderr } = await stand.ctl(...words);
  return code === 0 ? undefined : `ended with ${code}: ${stderr.trim()}`;
}

function isWhole({ workers, workersWanted }: Status): boolean {
  return workers.length === workersWanted && workers.every(({ state }) => state === 'ready');
}

function below(count: number): number {
  return Math.floor(Math.random() * count);
}
