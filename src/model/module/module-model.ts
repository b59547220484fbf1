/** One model of a user's module: what its definition says, checked, and how it runs. */
import { RequestError } from '../../errors.js';
import { batchSettingOf } from '../batching.js';
import type { InstancesModel, Model, OwnRoutes, TensorModel } from '../model.js';
import { modelError } from '../model-error.js';
import type { ModelPlan } from '../model-plan.js';
import { RunQueue, STREAMED } from '../run-queue.js';
import { checkModelSettings } from '../settings/model-settings.js';
import { checkSignature } from '../signature/signature-check.js';
import { described } from '../tensor/place.js';
import { isTypedArray } from '../tensor/row-values.js';
import type { Signature } from '../tensor/signature.js';
import type { Definition } from './module-exports.js';
import { moduleOutputs } from './module-output.js';

export type ModuleTraits = Omit<ModelPlan, 'file' | 'retry'> &
  Pick<Model, 'isRetryable' | 'dispose' | 'plan'>;

/** What a module may say for all of its definitions, keys of `forkcast.json`. */
export const MODULE_KEYS: readonly string[] = [
  ...['timeout', 'queueTimeout', 'streamTimeout'],
  ...['maxInFlight', 'retry'],
];

export type ModuleSettings = Pick<
  ModelPlan,
  | 'timeoutMs'
  | 'queueTimeoutMs'
  | 'streamTimeoutMs'
  | 'maxInFlight'
  | 'retry'
  | 'warmup'
  | 'maxBatchRows'
  | 'maxBatchDelayMs'
  | 'allowedBatchSizes'
  | 'dataParallel'
>;

/** @throws Error with every fault */
export function settingsOf(said: object, keys: readonly string[]): ModuleSettings {
  const values = said as Readonly<Record<string, unknown>>;
  const given = keys.filter((key) => values[key] !== undefined);
  const { settings, faults } = checkModelSettings(values, 'the module', given);
  if (faults.length > 0) throw new Error(faults.join(' '));
  return settings;
}

/** @throws Error for a signature that is none, and for settings that do not go with what there is */
export function moduleModel(traits: ModuleTraits, definition: Definition): Model {
  if (traits.dataParallel === true && isGenerator(definition.predict)) {
    throw new Error('dataParallel: what streams its reply cannot be divided by rows');
  }
  const signature = signatureOf(definition);
  if (signature !== undefined) return tensorModel(traits, signature, definition);
  const setting = batchSettingOf(traits);
  if (setting !== undefined) {
    const problem = 'only a module with a signature can run rows of several requests';
    throw new Error(`${setting}: ${problem}`);
  }
  return instancesModel(traits, definition);
}

/** What stands for a module that has routes and no model to go by its name. */
export function routesOnly(traits: ModuleTraits, routes: OwnRoutes): InstancesModel {
  const expected = `a path under ${routes.prefix}`;
  const message = `model "${traits.name}" has only routes of its own; expected ${expected}`;
  return {
    ...traits,
    routes,
    kind: 'instances',
    run: (_instances, _context, finish) =>
      finish(new RequestError('INVALID_INPUT', message), undefined, 0),
  };
}

function signatureOf(definition: Definition): Signature | undefined {
  if (definition.signature === undefined) return undefined;
  const { signature, faults } = checkSignature(definition.signature);
  if (faults.length > 0) throw new Error(faults.join(' '));
  return signature;
}

function tensorModel(
  traits: ModuleTraits,
  signature: Signature,
  definition: Definition,
): TensorModel {
  const { name } = traits;
  const toOutputs = (result: unknown) => moduleOutputs(name, signature, result);
  const queue = new RunQueue(name, { check: toOutputs, canJoin: false });
  return {
    ...traits,
    isStreaming: isGenerator(definition.predict),
    kind: 'tensors',
    signature,
    run(inputs, context, finish) {
      const work = (): unknown => definition.predict(inputs, context);
      queue.run(work, context, (error, result, runMicros) => {
        if (error !== undefined || result === STREAMED) return finish(error, undefined, runMicros);
        try {
          return finish(undefined, toOutputs(result), runMicros);
        } catch (wrongOutput) {
          return finish(modelError(name, wrongOutput), undefined, runMicros);
        }
      });
    },
  };
}

function instancesModel(traits: ModuleTraits, definition: Definition): InstancesModel {
  const { name } = traits;
  const queue = new RunQueue(name, { check: (piece) => piece, canJoin: true });
  return {
    ...traits,
    isStreaming: isGenerator(definition.predict),
    kind: 'instances',
    run(instances, context, finish) {
      // The array is the module's from here on: it may change it.
      const expected = instances.length;
      const work = (): unknown => definition.predict(instances, context);
      queue.run(work, context, (error, result, runMicros) => {
        if (error !== undefined || result === STREAMED) return finish(error, undefined, runMicros);
        const predictions = toArray(result);
        if (predictions?.length === expected) return finish(undefined, predictions, runMicros);
        return finish(wrongLength(name, expected, result), undefined, runMicros);
      });
    },
  };
}

function toArray(result: unknown): readonly unknown[] | undefined {
  if (Array.isArray(result)) return result;
  return isTypedArray(result) ? Array.from(result) : undefined;
}

function wrongLength(modelName: string, expected: number, result: unknown): RequestError {
  const got = isTypedArray(result) ? `an array of ${result.length}` : described(result);
  return new RequestError(
    'MODEL_ERROR',
    `model "${modelName}" returned a wrong result: expected an array of ${expected} (one prediction for each instance), got ${got}`,
  );
}

/** Others may return what a generator function does; that is seen when they do. */
function isGenerator(predict: Definition['predict']): boolean {
  return /^(?:Async)?GeneratorFunction$/.test(predict.constructor.name);
}
