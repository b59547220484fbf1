import { planOf } from '../../model/description.js';
import type { Model } from '../../model/model.js';
import { callWorkerHook, type WorkerHookName } from '../../model/module/module-hooks.js';
import type { WorkerLog } from '../worker-log.js';

/** Less than the master waits for a worker that leaves. */
const LIMIT_MS = 2000;

/** Calls one hook of every module, side by side; resolves when all have ended or had their time. */
export async function callModelHooks(
  models: readonly Pick<Model, 'name' | 'plan' | 'hooks'>[],
  name: WorkerHookName,
  slot: number,
  logger: WorkerLog,
): Promise<void> {
  const calls = models.map((model) => {
    const facts = { pid: process.pid, slot, model: planOf(model) };
    return callWorkerHook(model.hooks, name, facts, { logger, limitMs: LIMIT_MS });
  });
  await Promise.all(calls);
}
