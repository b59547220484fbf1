/** What a user's module exports, read as models: which exports are some, and what the rest says. */

import { isObject } from '../../config/json-object.js';
import { described } from '../tensor/place.js';
import type { LoadContext, RunContext } from './define-model.js';
import { readWorkerHooks, WORKER_HOOK_NAMES, type WorkerHooks } from './module-hooks.js';

/** One model of a module. */
export type Definition = {
  /** Still unchecked, as are the settings it may have beside these. */
  readonly signature?: unknown;
  load?(context: LoadContext): unknown;
  predict(values: unknown, context: RunContext): unknown;
  dispose?(): unknown;
};

export type NamedDefinition = {
  /** Undefined: it is called what its folder is called. */
  readonly name: string | undefined;
  readonly definition: Definition;
};

export type ModuleExports = {
  readonly models: readonly NamedDefinition[];
  /** What holds for the module as a whole. */
  readonly load?: Definition['load'];
  readonly dispose?: Definition['dispose'];
  /** For all of its models that do not say it themselves; unchecked. */
  readonly timeout?: unknown;
  readonly queueTimeout?: unknown;
  readonly streamTimeout?: unknown;
  readonly retry?: unknown;
  readonly maxInFlight?: unknown;
  /** A Fastify plugin, and where it wants to be; unchecked. */
  readonly routes?: unknown;
  readonly prefix?: unknown;
  readonly hooks?: WorkerHooks | undefined;
};

type Exported = Readonly<Record<string, unknown>>;

/** What a function says of itself by the exports beside it. */
const TRAITS: readonly string[] = [
  ...['signature', 'warmup', 'maxBatchRows', 'maxBatchDelay', 'allowedBatchSizes', 'dataParallel'],
];
/** Exports that say something of the module, and so are no models. */
const RESERVED: readonly string[] = [
  ...TRAITS,
  ...['default', 'predict', 'models', 'load', 'dispose', 'routes', 'prefix'],
  ...['timeout', 'queueTimeout', 'streamTimeout', 'retry', 'maxInFlight'],
  ...WORKER_HOOK_NAMES,
  // What Node and compilers add to a CommonJS module.
  ...['module.exports', '__esModule'],
];

const EXPECTED =
  'expected "export default defineModel({ predict })" or "export function predict(instances)", or several functions under names of their own, or "export const routes"';

/**
 * - A default export or a `predict` is the model that is called what its folder is called.
 * - `models`, an object, lists others by their names.
 * - Without `models`, each exported definition (an object with `predict`) is a model that is
 *   called what the export is called; so is each exported function, but only where there is no
 *   default export and no `predict`: beside them, other functions are helpers.
 *
 * @throws Error when the module has neither models nor routes, and for what cannot be one
 */
export function readExports(module: Exported): ModuleExports {
  const exported = withDefaultsProperties(module);
  const main = mainOf(exported);
  const others = exported.models === undefined ? named(exported, main) : listed(exported.models);
  const models = main === undefined ? others : [{ name: undefined, definition: main }, ...others];
  const { timeout, queueTimeout, streamTimeout, retry, maxInFlight } = exported;
  const said = { timeout, queueTimeout, streamTimeout, retry, maxInFlight };
  const { routes = fieldOf(main, 'routes'), prefix = fieldOf(main, 'prefix') } = exported;
  if (models.length === 0 && routes === undefined) throw new Error(EXPECTED);
  const shared = { load: exported.load, dispose: exported.dispose };
  // A CommonJS definition's own functions are exports as well.
  if (shared.load === main?.load) shared.load = undefined;
  if (shared.dispose === main?.dispose) shared.dispose = undefined;
  const hooks = readWorkerHooks((name) => exported[name] ?? fieldOf(main, name));
  return { ...withFunctions(shared, ''), ...said, models, routes, prefix, hooks };
}

/**
 * A CommonJS module's `module.exports` is its default export, and Node finds only some of its
 * properties by name; compiled from an ES module, it has the default export inside.
 */
function withDefaultsProperties(module: Exported): Exported {
  const { default: standard, ...rest } = module;
  if (!isObject(standard) || isDefinition(standard)) return module;
  return { ...rest, ...standard };
}

function mainOf(exported: Exported): Definition | undefined {
  const { default: standard, predict } = exported;
  if (isDefinition(standard)) return withFunctions(standard, '');
  const main = isFunction(standard) ? standard : predict;
  if (main === undefined) return undefined;
  const traits = TRAITS.map((trait) => [trait, exported[trait]]);
  return checked({ ...Object.fromEntries(traits), predict: main }, '');
}

function named(exported: Exported, main: Definition | undefined): NamedDefinition[] {
  return Object.entries(exported).flatMap(([name, value]) => {
    if (RESERVED.includes(name) || value === main) return [];
    const isModel = isDefinition(value) || (main === undefined && isFunction(value));
    return isModel ? [{ name, definition: asDefinition(value, `${name}: `) }] : [];
  });
}

function listed(models: unknown): NamedDefinition[] {
  if (!isObject(models) || Object.keys(models).length === 0) {
    const expected = 'an object of functions, or of objects with predict, by their names';
    throw new Error(`models: expected ${expected}, got ${described(models)}`);
  }
  return Object.entries(models).map(([name, value]) => ({
    name,
    definition: asDefinition(value, `models.${name}: `),
  }));
}

/** @param at what its faults begin with */
function asDefinition(value: unknown, at: string): Definition {
  if (isFunction(value)) return { predict: value };
  if (isDefinition(value)) return withFunctions(value, at);
  throw new Error(`${at}expected a function or an object with predict, got ${described(value)}`);
}

function checked(definition: { readonly predict: unknown }, at: string): Definition {
  if (isDefinition(definition)) return definition;
  throw new Error(`${at}predict: expected a function, got ${described(definition.predict)}`);
}

function withFunctions<T extends object>(
  holder: T,
  at: string,
): T & Pick<Definition, 'load' | 'dispose'> {
  for (const key of ['load', 'dispose'] as const) {
    const value = fieldOf(holder, key);
    if (value === undefined || typeof value === 'function') continue;
    throw new Error(`${at}${key}: expected a function, got ${described(value)}`);
  }
  return holder;
}

function fieldOf(holder: object | undefined, key: string): unknown {
  return holder === undefined ? undefined : (holder as Exported)[key];
}

function isDefinition(value: unknown): value is Definition {
  return isObject(value) && isFunction(value.predict);
}

/** A class is a function too, but cannot be called. */
function isFunction(value: unknown): value is Definition['predict'] {
  return typeof value === 'function' && !/^class\b/.test(Function.prototype.toString.call(value));
}
