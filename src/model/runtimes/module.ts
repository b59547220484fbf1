/** A user's module as models: gunicorn's `module:app`, for models. */
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { LoadOptions } from '../load-model.js';
import type { Model, OwnRoutes } from '../model.js';
import { firstLine } from '../model-error.js';
import { checkModelName } from '../model-name.js';
import type { ModelPlan } from '../model-plan.js';
import type { LoadContext } from '../module/define-model.js';
import { type NamedDefinition, readExports } from '../module/module-exports.js';
import { callWorkerHook } from '../module/module-hooks.js';
import {
  MODULE_KEYS,
  type ModuleSettings,
  type ModuleTraits,
  moduleModel,
  routesOnly,
  settingsOf,
} from '../module/module-model.js';
import { ownRoutes } from '../module/own-routes.js';
import { MODEL_SETTING_KEYS } from '../settings/model-settings.js';

const BOOT_HOOK_LIMIT_MS = 5000;

const FORKCAST_MISSING =
  'Export a plain object, which needs no import, or install forkcast in a folder above the module';

/** One model, or several that the module calls by names of their own. */
export async function loadModuleModels(plan: ModelPlan, options: LoadOptions): Promise<Model[]> {
  const module = readExports(await imported(plan.file));
  const shared = settingsOf(module, MODULE_KEYS);
  const routes = ownRoutes(plan.name, module, plan.retry ?? shared.retry);
  const { threads, logger } = options;
  const context = { folder: dirname(plan.file), threads, logger, options: plan.options ?? {} };
  const { hooks } = module;
  const facts = { pid: process.pid, slot: options.slot ?? 0, model: plan.name };
  await callWorkerHook(hooks, 'onWorkerBoot', facts, { logger, limitMs: BOOT_HOOK_LIMIT_MS });
  await module.load?.(context);
  const models: Model[] = [];
  for (const one of module.models) models.push(await loadOne(one, plan, shared, context));
  const all = routes === undefined ? models : withRoutes(models, routes, plan, shared);
  const [first, ...others] = disposedTogether(all, module.dispose);
  if (first === undefined || hooks === undefined)
    return first === undefined ? [] : [first, ...others];
  return [{ ...first, hooks }, ...others];
}

async function imported(file: string): Promise<Readonly<Record<string, unknown>>> {
  try {
    return await import(pathToFileURL(file).href);
  } catch (error) {
    if (!isForkcastMissing(error)) throw error;
    throw new Error(`${error.message}. ${FORKCAST_MISSING}`, { cause: error });
  }
}

/** Node looks for packages from the module's own folder upwards: ours need not be on that way. */
function isForkcastMissing(error: unknown): error is Error {
  return error instanceof Error && /^Cannot find (package|module) 'forkcast'/.test(error.message);
}

async function loadOne(
  { name, definition }: NamedDefinition,
  plan: ModelPlan,
  shared: ModuleSettings,
  context: LoadContext,
): Promise<Model> {
  try {
    if (name !== undefined) checkModelName(name, 'the export');
    const own = settingsOf(definition, MODEL_SETTING_KEYS);
    const dispose = async (): Promise<void> => void (await definition.dispose?.());
    const traits = traitsOf(name ?? plan.name, plan, { ...shared, ...own }, dispose);
    const model = moduleModel(traits, definition);
    await definition.load?.(context);
    return model;
  } catch (error) {
    if (name === undefined) throw error;
    throw new Error(`${name}: ${firstLine(error)}`, { cause: error });
  }
}

/** The plan has what `forkcast.json` says, and so the last word. */
function traitsOf(
  name: string,
  plan: ModelPlan,
  settings: ModuleSettings,
  dispose: () => Promise<void>,
): ModuleTraits {
  const { file: _file, retry = true, ...traits } = { ...settings, ...plan };
  const isRenamed = name !== plan.name;
  return {
    ...traits,
    name,
    isRetryable: retry,
    dispose,
    ...(isRenamed ? { plan: plan.name } : {}),
  };
}

/** Routes go with the model that is called what the module's folder is called. */
function withRoutes(
  models: readonly Model[],
  routes: OwnRoutes,
  plan: ModelPlan,
  shared: ModuleSettings,
): Model[] {
  if (models.some(({ name }) => name === plan.name)) {
    return models.map((model) => (model.name === plan.name ? { ...model, routes } : model));
  }
  const traits = traitsOf(plan.name, plan, shared, async () => {});
  return [routesOnly(traits, { ...routes, isAlone: true }), ...models];
}

/** What the models share goes with the last of them. */
function disposedTogether(models: readonly Model[], dispose: (() => unknown) | undefined): Model[] {
  let held = models.length;
  return models.map((model) => ({
    ...model,
    dispose: async () => {
      try {
        await model.dispose();
      } finally {
        held -= 1;
        if (held === 0) await dispose?.();
      }
    },
  }));
}
