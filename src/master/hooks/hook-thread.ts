/**
 * The thread in which hooks run. One that computes for ever, throws from a timer or ends "the
 * process" ends or holds up this thread and nothing of the master's.
 */
import { pathToFileURL } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import { HOOK_NAMES, type Hooks } from '../../hooks/define-hooks.js';
import type { FromHooks, ToHooks } from './hook-messages.js';

type Hook = (facts: object) => unknown;

const { file } = workerData as { readonly file: string };
const hooks = new Map<string, Hook>();

function tell(message: FromHooks): void {
  parentPort?.postMessage(message);
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

/** Named exports, or the properties of a default export. @throws Error for what is no hook */
function readHooks(exported: Readonly<Record<string, unknown>>): void {
  const standard = exported.default;
  const isObject = typeof standard === 'object' && standard !== null;
  const all = { ...exported, ...(isObject ? (standard as Hooks) : {}) } as typeof exported;
  for (const name of HOOK_NAMES) {
    const hook = all[name];
    if (hook === undefined) continue;
    if (typeof hook !== 'function') {
      throw new Error(`${name}: expected a function, got ${typeof hook}`);
    }
    hooks.set(name, hook as Hook);
  }
  if (hooks.size === 0) {
    throw new Error(`it exports no hook; expected one of ${HOOK_NAMES.join(', ')}`);
  }
}

async function run({ id, name, facts }: ToHooks): Promise<void> {
  try {
    await hooks.get(name)?.(facts);
    tell({ type: 'done', id });
  } catch (error) {
    tell({ type: 'threw', id, name, error: asError(error) });
  }
}

process.on('uncaughtException', (error) => tell({ type: 'stray', error: asError(error) }));
process.on('unhandledRejection', (error) => tell({ type: 'stray', error: asError(error) }));
try {
  readHooks((await import(pathToFileURL(file).href)) as Record<string, unknown>);
  parentPort?.on('message', (message: ToHooks) => void run(message));
  tell({ type: 'loaded', names: [...hooks.keys()] });
} catch (error) {
  tell({ type: 'unusable', reason: asError(error).message });
}
