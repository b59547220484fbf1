/** Servers of the waiting model under an open loop, in alternating rounds. */
import { answerTo } from '../answers.js';
import { jsonAsk } from '../load/ask.js';
import { generate } from '../load/generator.js';
import { type MixFigures, type MixScene, mixFigures, mixOrder } from '../load/mix.js';
import { quantile } from '../load/samples.js';
import { startBaseline } from '../servers/baseline.js';
import { startForkcast } from '../servers/forkcast.js';
import type { Running } from '../servers/running.js';
import { together } from '../servers/together.js';
import type { Trial } from './goal.js';
import { short } from './verdict.js';

const SUBJECT = 'loadtest/subjects/wait';
const WARM_UP_SECONDS = 3;

export type MixRound = (server: Running, scene: MixScene) => Promise<MixFigures>;

/** Ours first, then the baseline. */
export function withWaiting<T>(
  trial: Trial,
  warmUp: MixScene,
  use: (servers: readonly Running[], round: MixRound) => Promise<T>,
): Promise<T> {
  const { workers } = warmUp;
  const starts = [
    () => startForkcast({ serves: SUBJECT, workers }),
    () => startBaseline({ serves: `${SUBJECT}/model.mjs`, workers }),
  ];
  return together(starts, async (servers) => {
    for (const server of servers) {
      await checkWait(server);
      await runMix(server, { ...warmUp, seconds: WARM_UP_SECONDS, seed: 1000 });
    }
    const used = await use(servers, async (server, scene) => {
      const figures = await runMix(server, scene);
      trial.note(mixLine(server.name, scene, figures));
      return figures;
    });
    for (const server of servers) await checkWait(server);
    return used;
  });
}

async function runMix(server: Running, scene: MixScene): Promise<MixFigures> {
  const order = mixOrder(scene, server.port);
  return mixFigures(order, await generate(order), scene.workers);
}

/** It must have taken its time, and no less. */
async function checkWait(server: Running): Promise<void> {
  const ask = jsonAsk('/predict', JSON.stringify({ instances: [{ ms: 5 }] }));
  const text = await answerTo(server, ask);
  const { predictions } = JSON.parse(text) as { predictions: number[] };
  const ms = predictions[0] ?? 0;
  if (ms < 5 || ms > 1000) throw new Error(`${server.name} answers wrong: ${text}`);
}

function mixLine(name: string, { load }: MixScene, figures: MixFigures): string {
  const at = (list: readonly number[]) =>
    [50, 99, 99.9].map((percent) => short(quantile(list, percent))).join('/');
  const { quantiles, idealQuantiles, lateQuantiles, requests, errors, waited } = figures;
  return (
    `${name}, ${(load * 100).toFixed(0)} % load, ${requests} requests: p50/p99/p99.9 ${at(quantiles)} ms, ` +
    `ideal ${at(idealQuantiles)} ms; generator late ${at(lateQuantiles)} ms, ` +
    `${waited} waited for a connection, ${errors} errors`
  );
}
