/** `pipeline` in `forkcast.json`: models that run one after another as one. Its form, no more. */

import { didYouMean } from '../../config/closest-name.js';
import { isObject } from '../../config/json-object.js';
import { MODEL_NAME } from '../model-name.js';
import { described } from '../tensor/place.js';
import { MOST_FAULTS, shown } from './form.js';

/** All of it survives JSON. */
export type Pipeline = {
  readonly steps: readonly PipelineStep[];
  /** What a request sends; absent: what the first step takes. */
  readonly inputs?: readonly string[];
  /** What is answered; absent: what the last step gives. */
  readonly outputs?: readonly string[];
};

export type PipelineStep = StepNames &
  (
    | {
        readonly model: string;
        /** Absent: the latest one. */
        readonly version?: string;
      }
    /** A file in the pipeline's own folder: `./scale.mjs`. */
    | { readonly module: string }
  );

type StepNames = {
  /** The step's own input → the name of a value: of the pipeline's input or an earlier output. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** The step's own output → what later steps call it; outputs that are not listed are dropped. */
  readonly outputs?: Readonly<Record<string, string>>;
};

export type PipelineReading = {
  /** Absent where there are faults. */
  readonly pipeline?: Pipeline;
  /** Plain sentences, each beginning with where it is: `pipeline[2].model: expected …`. */
  readonly faults: readonly string[];
};

const MOST_STEPS = 64;
const MOST_NAMES = 256;
const STEP_KEYS = ['model', 'version', 'module', 'inputs', 'outputs'];
const PIPELINE_KEYS = ['steps', 'inputs', 'outputs'];
const VERSION = /^(0|[1-9]\d{0,18})$/;
/** Below the pipeline's own folder, in plain segments: no `..`, no hidden folders. */
const MODULE_FILE = /^\.(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+\.(m?js|cjs|m?ts)$/;

/** Takes `["scale", "digits"]`, steps in their long form, and `{"steps": […], …}`. */
export function checkPipeline(value: unknown): PipelineReading {
  const faults: string[] = [];
  const pipeline = Array.isArray(value)
    ? { steps: checkSteps(value, 'pipeline', faults) }
    : checkLongForm(value, faults);
  return faults.length > 0 || pipeline === undefined ? { faults } : { pipeline, faults };
}

/** The models it is made of, as they are named: each must be loaded before it, by every holder. */
export function partsOf(pipeline: Pipeline): readonly { name: string; version?: string }[] {
  return pipeline.steps.flatMap((step) => {
    if (!('model' in step)) return [];
    const { model: name, version } = step;
    return [version === undefined ? { name } : { name, version }];
  });
}

/** `step 2 (model "digits")`, for messages. */
export function stepName(steps: readonly PipelineStep[], index: number): string {
  const step = steps[index];
  if (step === undefined) return `step ${index + 1}`;
  const what = 'model' in step ? `model ${JSON.stringify(step.model)}` : step.module;
  return `step ${index + 1} (${what})`;
}

function checkLongForm(value: unknown, faults: string[]): Pipeline | undefined {
  if (!isObject(value) || !Array.isArray(value.steps)) {
    const expected = 'expected an array of steps, or {"steps": [...], "inputs"?, "outputs"?}';
    faults.push(`pipeline: ${expected}, got ${described(value)}.`);
    return undefined;
  }
  checkKeys(value, PIPELINE_KEYS, 'pipeline', faults);
  const inputs = checkNames(value.inputs, 'pipeline.inputs', faults);
  const outputs = checkNames(value.outputs, 'pipeline.outputs', faults);
  return {
    steps: checkSteps(value.steps, 'pipeline.steps', faults),
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
  };
}

function checkSteps(values: readonly unknown[], at: string, faults: string[]): PipelineStep[] {
  if (values.length === 0 || values.length > MOST_STEPS) {
    faults.push(`${at}: expected 1 to ${MOST_STEPS} steps, got ${values.length}.`);
    return [];
  }
  return values.flatMap((value, index) => checkStep(value, `${at}[${index}]`, faults) ?? []);
}

function checkStep(value: unknown, at: string, faults: string[]): PipelineStep | undefined {
  const step = typeof value === 'string' ? { model: value } : value;
  if (!isObject(step) || 'model' in step === 'module' in step) {
    const expected = 'expected the name of a model, {"model": NAME, …} or {"module": "./FILE", …}';
    faults.push(`${at}: ${expected}, got ${described(value)}.`);
    return undefined;
  }
  checkKeys(step, STEP_KEYS, at, faults);
  const names = stepNames(step, at, faults);
  if ('model' in step) return { ...checkModel(step, at, faults), ...names };
  if (step.version !== undefined) faults.push(`${at}.version: a module has no version.`);
  if (typeof step.module === 'string' && MODULE_FILE.test(step.module)) {
    return { module: step.module, ...names };
  }
  const expected = 'expected a file in the folder of the pipeline, such as "./scale.mjs"';
  faults.push(`${at}.module: ${expected}, got ${described(step.module)}.`);
  return undefined;
}

function checkModel(
  { model, version }: Readonly<Record<string, unknown>>,
  at: string,
  faults: string[],
): { model: string; version?: string } {
  const name = typeof model === 'string' && MODEL_NAME.test(model) ? model : undefined;
  if (name === undefined) {
    faults.push(`${at}.model: expected the name of a model, got ${described(model)}.`);
  }
  if (version === undefined) return { model: name ?? '' };
  // `2` is what most will write.
  const digits = typeof version === 'number' ? String(version) : version;
  if (typeof digits === 'string' && VERSION.test(digits)) {
    return { model: name ?? '', version: digits };
  }
  faults.push(`${at}.version: expected digits such as "2", got ${described(version)}.`);
  return { model: name ?? '' };
}

function stepNames(
  step: Readonly<Record<string, unknown>>,
  at: string,
  faults: string[],
): StepNames {
  const inputs = checkMapping(step.inputs, `${at}.inputs`, faults);
  const outputs = checkMapping(step.outputs, `${at}.outputs`, faults);
  const named = Object.values(outputs ?? {});
  const twice = named.find((name, index) => named.indexOf(name) !== index);
  if (twice !== undefined) {
    faults.push(`${at}.outputs: two outputs cannot both be called ${JSON.stringify(twice)}.`);
  }
  return {
    ...(inputs === undefined ? {} : { inputs }),
    ...(outputs === undefined ? {} : { outputs }),
  };
}

function checkMapping(
  value: unknown,
  at: string,
  faults: string[],
): Readonly<Record<string, string>> | undefined {
  if (value === undefined) return undefined;
  const entries = isObject(value) ? Object.entries(value) : [];
  const isMapping = entries.length > 0 && entries.length <= MOST_NAMES;
  if (!isMapping || !entries.every((entry) => entry.every(isName))) {
    const expected = 'expected an object that gives names to names, such as {"X": "features"}';
    faults.push(`${at}: ${expected}, got ${described(value)}.`);
    return undefined;
  }
  return Object.fromEntries(entries) as Record<string, string>;
}

function checkNames(value: unknown, at: string, faults: string[]): readonly string[] | undefined {
  if (value === undefined) return undefined;
  const isList = Array.isArray(value) && value.length > 0 && value.length <= MOST_NAMES;
  if (isList && value.every(isName) && new Set(value).size === value.length) return value;
  faults.push(`${at}: expected an array of different names, got ${described(value)}.`);
  return undefined;
}

function checkKeys(
  value: Readonly<Record<string, unknown>>,
  keys: readonly string[],
  at: string,
  faults: string[],
): void {
  for (const key of Object.keys(value)) {
    if (keys.includes(key)) continue;
    if (faults.length >= MOST_FAULTS) return;
    faults.push(`${at}: unknown key ${shown(key)}${didYouMean(key, keys)}`);
  }
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}

const NAMES_SCHEMA = { type: 'array', minItems: 1, uniqueItems: true, items: { type: 'string' } };
const MAPPING_SCHEMA = {
  type: 'object',
  minProperties: 1,
  additionalProperties: { type: 'string', minLength: 1 },
};
const STEPS_SCHEMA = {
  type: 'array',
  minItems: 1,
  maxItems: MOST_STEPS,
  items: {
    anyOf: [
      { type: 'string', pattern: MODEL_NAME.source },
      {
        type: 'object',
        additionalProperties: false,
        oneOf: [{ required: ['model'] }, { required: ['module'] }],
        properties: {
          model: { type: 'string', pattern: MODEL_NAME.source },
          version: { type: ['string', 'integer'] },
          module: { type: 'string', pattern: MODULE_FILE.source },
          inputs: MAPPING_SCHEMA,
          outputs: MAPPING_SCHEMA,
        },
      },
    ],
  },
};

/** JSON Schema of the value. */
export const PIPELINE_SCHEMA: Readonly<Record<string, unknown>> = {
  anyOf: [
    STEPS_SCHEMA,
    {
      type: 'object',
      additionalProperties: false,
      required: ['steps'],
      properties: { steps: STEPS_SCHEMA, inputs: NAMES_SCHEMA, outputs: NAMES_SCHEMA },
    },
  ],
};
