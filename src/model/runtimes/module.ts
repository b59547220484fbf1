/** A user's module as a model: gunicorn's `module:app`, for models. */
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { RequestError } from '../../errors.js';
import type { LoadContext, RunContext } from '../define-model.js';
import type { LoadOptions } from '../load-model.js';
import type { InstancesModel, Model, TensorModel } from '../model.js';
import { modelError } from '../model-error.js';
import { checkModelSettings, MODEL_SETTING_KEYS } from '../model-settings.js';
import { moduleOutputs } from '../module-output.js';
import { described } from '../place.js';
import type { ModelPlan } from '../repository.js';
import { RunQueue } from '../run-queue.js';
import type { Signature } from '../signature.js';
import { checkSignature } from '../signature-check.js';

/** What a module exports, as far as it has been looked at. */
type Definition = {
  readonly signature?: unknown;
  load?(context: LoadContext): unknown;
  predict(values: unknown, context: RunContext): unknown;
  dispose?(): unknown;
};

const FORKCAST_MISSING =
  'Export a plain object, which needs no import, or install forkcast in a folder above the module';

export async function loadModuleModel(plan: ModelPlan, options: LoadOptions): Promise<Model> {
  const definition = definitionOf(await imported(plan.file));
  const signature = signatureOf(definition);
  const base = {
    ...traitsOf(plan, definition),
    dispose: async () => void (await definition.dispose?.()),
  };
  await definition.load?.({
    folder: dirname(plan.file),
    threads: options.threads,
    logger: options.logger,
  });
  if (signature === undefined) return instancesModel(base, definition);
  return tensorModel(base, signature, definition);
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

type Traits = Omit<ModelPlan, 'file' | 'retry'> & Pick<Model, 'isRetryable' | 'dispose'>;

/**
 * The module's default export: an object with `predict`, or the function itself; else its named
 * export `predict`. A CommonJS module's `module.exports` is its default export.
 */
function definitionOf(exported: Readonly<Record<string, unknown>>): Definition {
  for (const candidate of [exported.default, exported]) {
    if (typeof candidate === 'function') return { predict: candidate as Definition['predict'] };
    if (isDefinition(candidate)) return checkedDefinition(candidate);
  }
  throw new Error(
    'expected "export default defineModel({ predict })" or "export function predict(instances)"',
  );
}

function isDefinition(value: unknown): value is Definition {
  return (
    typeof value === 'object' &&
    value !== null &&
    'predict' in value &&
    typeof value.predict === 'function'
  );
}

function checkedDefinition(definition: Definition): Definition {
  for (const key of ['load', 'dispose'] as const) {
    const value: unknown = definition[key];
    if (value !== undefined && typeof value !== 'function') {
      throw new Error(`${key}: expected a function, got ${described(value)}`);
    }
  }
  return definition;
}

function signatureOf(definition: Definition): Signature | undefined {
  if (definition.signature === undefined) return undefined;
  const { signature, faults } = checkSignature(definition.signature);
  if (faults.length > 0) throw new Error(faults.join(' '));
  return signature;
}

function traitsOf(plan: ModelPlan, definition: Definition): Omit<Traits, 'dispose'> {
  const values = definition as Readonly<Record<string, unknown>>;
  const keys = MODEL_SETTING_KEYS.filter((key) => values[key] !== undefined);
  const { settings, faults } = checkModelSettings(values, 'the module', keys);
  if (faults.length > 0) throw new Error(faults.join(' '));
  // The plan has what `forkcast.json` says, and so the last word.
  const { file: _file, retry = true, ...traits } = { ...settings, ...plan };
  return { ...traits, isRetryable: retry };
}

function tensorModel(traits: Traits, signature: Signature, definition: Definition): TensorModel {
  const queue = new RunQueue(traits.name);
  return {
    ...traits,
    kind: 'tensors',
    signature,
    run(inputs, context, finish) {
      const work = (): unknown => definition.predict(inputs, context);
      queue.run(work, context, (error, result, runMicros) => {
        if (error !== undefined) return finish(error, undefined, runMicros);
        try {
          const outputs = moduleOutputs(traits.name, signature, result);
          return finish(undefined, outputs, runMicros);
        } catch (wrongOutput) {
          return finish(modelError(traits.name, wrongOutput), undefined, runMicros);
        }
      });
    },
  };
}

function instancesModel(traits: Traits, definition: Definition): InstancesModel {
  if ((traits.maxBatchRows ?? 1) > 1) {
    throw new Error(
      'maxBatchRows: only a module with a signature can run rows of several requests',
    );
  }
  const queue = new RunQueue(traits.name);
  return {
    ...traits,
    kind: 'instances',
    run(instances, context, finish) {
      // The array is the module's from here on: it may change it.
      const expected = instances.length;
      const work = (): unknown => definition.predict(instances, context);
      queue.run(work, context, (error, result, runMicros) => {
        if (error !== undefined) return finish(error, undefined, runMicros);
        const predictions = toArray(result);
        if (predictions?.length === expected) {
          return finish(undefined, predictions, runMicros);
        }
        return finish(wrongLength(traits.name, expected, result), undefined, runMicros);
      });
    },
  };
}

function toArray(result: unknown): readonly unknown[] | undefined {
  if (Array.isArray(result)) return result;
  return isTypedArray(result) ? Array.from(result) : undefined;
}

function isTypedArray(value: unknown): value is ArrayLike<unknown> & object {
  return ArrayBuffer.isView(value) && 'length' in value;
}

function wrongLength(modelName: string, expected: number, result: unknown): RequestError {
  const got = isTypedArray(result) ? `an array of ${result.length}` : described(result);
  return new RequestError(
    'MODEL_ERROR',
    `model "${modelName}" returned a wrong result: expected an array of ${expected} (one prediction for each instance), got ${got}`,
  );
}
