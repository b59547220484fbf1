/** What `forkcast check` has a worker do: run a model it has loaded, and measure. */
import type { ModelTrial } from '../../link/process/control.js';
import type { Model } from '../../model/model.js';
import { firstLine } from '../../model/model-error.js';
import { examplesOf } from './warm-up.js';

/**
 * Runs the model's first example twice and its others once.
 *
 * @param rssBefore resident bytes of this process before it loaded the model
 * @throws StartError with exit code 11 when the model fails on an example of its own
 */
export async function tryModel(model: Model, rssBefore: number): Promise<ModelTrial> {
  const { name, version } = model;
  const { runs, areItsOwn } = examplesOf(model);
  const [first, ...others] = runs;
  const grown = () => ({ memoryBytes: process.memoryUsage.rss() - rssBefore });
  if (first === undefined) return { name, version, ...grown() };
  try {
    const firstRunMs = await timeOf(first);
    const secondRunMs = await timeOf(first);
    for (const run of others) await run();
    const on = areItsOwn ? 'example' : 'zeros';
    return { name, version, runs: { on, firstRunMs, secondRunMs }, ...grown() };
  } catch (error) {
    if (areItsOwn) throw error;
    return { name, version, refusal: firstLine(error), ...grown() };
  }
}

async function timeOf(run: () => Promise<void>): Promise<number> {
  const startedAt = performance.now();
  await run();
  return performance.now() - startedAt;
}
