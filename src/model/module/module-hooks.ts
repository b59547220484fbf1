import { described } from '../tensor/place.js';
import type { ModuleLogger, WorkerFacts } from './define-model.js';

const NAMES = ['onWorkerBoot', 'onWorkerReady', 'onRetire'] as const;
export type WorkerHookName = (typeof NAMES)[number];

/** What a module wants to be told of the life of its worker. */
export type WorkerHooks = Readonly<
  Partial<Record<WorkerHookName, (facts: WorkerFacts) => unknown>>
>;

/** Exports that are hooks, and so are no models. */
export const WORKER_HOOK_NAMES: readonly string[] = NAMES;

/** @throws Error for one that is no function */
export function readWorkerHooks(read: (name: WorkerHookName) => unknown): WorkerHooks | undefined {
  const hooks: Partial<Record<WorkerHookName, (facts: WorkerFacts) => unknown>> = {};
  for (const name of NAMES) {
    const hook = read(name);
    if (hook === undefined) continue;
    if (typeof hook !== 'function') {
      throw new Error(`${name}: expected a function, got ${described(hook)}`);
    }
    hooks[name] = hook as (facts: WorkerFacts) => unknown;
  }
  return Object.keys(hooks).length === 0 ? undefined : hooks;
}

/** Resolves when the hook has ended, or has had its time; what it throws is logged and no more. */
export async function callWorkerHook(
  hooks: WorkerHooks | undefined,
  name: WorkerHookName,
  facts: WorkerFacts,
  { logger, limitMs }: { readonly logger: ModuleLogger; readonly limitMs: number },
): Promise<void> {
  const hook = hooks?.[name];
  if (hook === undefined) return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), limitMs);
  });
  try {
    const ended = await Promise.race([Promise.resolve().then(() => hook(facts)), late]);
    if (ended === 'late') logger.error({ hook: name, limitMs }, 'hook did not end in time');
  } catch (error) {
    logger.error({ hook: name, err: error }, 'hook failed');
  } finally {
    clearTimeout(timer);
  }
}
