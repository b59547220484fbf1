/**
 * The one table of what `forkcast.json` beside a model may say. The checks, the types, the JSON
 * Schema (config/forkcast-model.schema.json) and docs/model-settings.md are all made from it.
 */
import type { Bounds, SettingKind, SettingValues } from './setting-forms.js';

type ModelSetting = Partial<Bounds> & {
  readonly kind: SettingKind;
  /** What it does, in a sentence or two. */
  readonly doc: string;
  /** What holds without it, as a phrase. */
  readonly otherwise: string;
  /** As it would stand in the file. */
  readonly example: string;
  /** Holds for all versions: not to be set in the folder of one. */
  readonly isOfModel?: true;
  /** A module may say it of itself; `forkcast.json` has the last word. */
  readonly isOfModule?: true;
};

export const MODEL_SETTINGS = {
  runtime: {
    kind: 'runtime',
    doc: 'What runs the model. It wins over what the name and the content of the file say.',
    otherwise: 'told from the file',
    example: '"xgboost"',
  },
  file: {
    kind: 'file',
    doc: 'The model file, where it is not called `model.…`. It may lie in a folder below, and a link may lead to it, but not out of the repository.',
    otherwise: 'the file called `model.…`',
    example: '"current/model.onnx"',
  },
  versions: {
    kind: 'versions',
    doc: 'Which versions are served: the latest N, all, or those listed. The highest of them is what requests mean that name none.',
    otherwise: '`{"latest": 1}`',
    example: '{"latest": 2}',
    isOfModel: true,
  },
  labels: {
    kind: 'labels',
    doc: 'Names for versions that are served; `/v1/models/NAME/labels/LABEL:predict` asks that version.',
    otherwise: 'none',
    example: '{"stable": 1, "canary": 2}',
    isOfModel: true,
  },
  inputs: {
    kind: 'inputs',
    doc: 'Inputs by the names clients use. `from` is what the model file calls it; `dtype` and `shape` supply what the file leaves open; `takesMissing` lets `null` stand for a missing number; `isOptional: false` makes an optional input required.',
    otherwise: 'as the model says',
    example: '{"pixels": {"from": "X", "shape": [-1, 64]}, "age": "X1"}',
  },
  outputs: {
    kind: 'outputs',
    doc: 'Outputs by the names clients use. `from`, `dtype` and `shape` as for inputs; `labels` names the classes, or the columns of the last dimension.',
    otherwise: 'as the model says',
    example: '{"class": {"from": "label", "labels": ["cat", "dog"]}}',
  },
  maxBatchRows: {
    kind: 'count',
    least: 1,
    most: 65_536,
    doc: 'Most rows of several requests that may [run together](models.md#what-comes-together-runs-together); with 1 each request runs by itself.',
    otherwise: '64 for an ONNX model that is known to compute row by row, else 1',
    example: '16',
    isOfModule: true,
  },
  maxBatchDelay: {
    kind: 'durationOrOff',
    doc: 'How long a request may wait for others to fill its batch, up to `maxBatchRows`, although a worker is free. Worth it only where one run of many rows is much cheaper than many runs and requests come too far apart to meet in the queue.',
    otherwise: '0: nobody waits while a worker is free',
    example: '"5ms"',
    isOfModule: true,
  },
  allowedBatchSizes: {
    kind: 'batchSizes',
    doc: 'The only numbers of rows that the model runs with (`allowed_batch_sizes` of TensorFlow Serving). A run of fewer rows is filled up to the next size with its last row over again, whose results are dropped; more rows than the largest size run in parts. It tells that the model computes row by row, as `maxBatchRows` does, and the smaller of that and the largest size bounds a batch.',
    otherwise: 'any number',
    example: '[1, 8, 32]',
    isOfModule: true,
  },
  dataParallel: {
    kind: 'flag',
    doc: 'Whether idle workers may run [some of the rows of a large request](models.md#a-large-request-uses-the-whole-box). With `false` its worker runs all of them at once; with `true` also those of a model that is not known to compute row by row, such as a module without a signature.',
    otherwise:
      'yes for a model that is known to compute row by row, or whose `maxBatchRows` is above 1',
    example: 'false',
    isOfModule: true,
  },
  timeout: {
    kind: 'durationOrOff',
    doc: 'The longest time of one run; then 504 `EXECUTION_TIMEOUT`. With `"off"` or 0 a run may last for ever, and then keeps its worker.',
    otherwise: "the server's `--timeout`",
    example: '"250ms"',
    isOfModule: true,
  },
  queueTimeout: {
    kind: 'duration',
    doc: 'The longest a request for this model may wait for a worker; then 504 `QUEUE_TIMEOUT`.',
    otherwise: "the server's `--queue-timeout`",
    example: '"5s"',
    isOfModule: true,
  },
  streamTimeout: {
    kind: 'durationOrOff',
    doc: 'The longest a streamed reply may take, from its first piece to its end; then its connection is cut. With `"off"` or 0 there is no such limit.',
    otherwise: "the server's `--stream-timeout`",
    example: '"10m"',
    isOfModule: true,
  },
  bootTimeout: {
    kind: 'duration',
    doc: 'How long a worker that loads this model may take to be ready. Of all models it loads and `--boot-timeout`, the longest holds.',
    otherwise: "the server's `--boot-timeout`",
    example: '"10m"',
  },
  retry: {
    kind: 'flag',
    doc: 'With `false`, a request whose worker died is answered 500 `WORKER_CRASHED`, never run again; nor is one given to another worker when its own takes long. Each request then runs by itself, since those of a batch that throws are run again one by one.',
    otherwise: '`true`',
    example: 'false',
    isOfModule: true,
  },
  warmup: {
    kind: 'warmup',
    doc: 'A request body, or a list of them, that each worker runs before it is ready; when the model fails on one, the worker does not boot. With `false` nothing is run.',
    otherwise: 'a model read from a file runs once on zeros; modules and pipelines do not run',
    example: '{"instances": [[0, 0]]}',
    isOfModule: true,
  },
  threads: {
    kind: 'count',
    least: 1,
    most: 1024,
    doc: 'Threads of a native runtime for one computation of this model.',
    otherwise: "the server's `--threads`",
    example: '2',
  },
  weights: {
    kind: 'weights',
    doc: 'Whether all workers [share the memory of its weights](models.md#one-copy-of-the-weights), or each has its own, which makes batches faster; for ONNX models.',
    otherwise: "the server's `--weights`",
    example: '"shared"',
  },
  workers: {
    kind: 'count',
    least: 1,
    most: 1024,
    doc: 'How many workers hold the model, all its versions together; its requests go to those only. Where there are fewer workers, all hold it. A pipeline is held by no more workers than the rarest of its parts.',
    otherwise: 'all',
    example: '1',
    isOfModel: true,
  },
  maxInFlight: {
    kind: 'count',
    least: 1,
    most: 65_536,
    doc: 'How many of its requests may be at workers at once, all versions together; further ones [wait](overload.md#a-limit-for-one-model) while those of other models go on. Unlike `workers`, it says nothing of who holds the model.',
    otherwise: 'no limit',
    example: '2',
    isOfModel: true,
    isOfModule: true,
  },
  options: {
    kind: 'options',
    doc: 'Passed to the runtime, which checks them; each has its own, see [models](models.md).',
    otherwise: 'none',
    example: '{"graphOptimizationLevel": "basic"}',
  },
  pipeline: {
    kind: 'pipeline',
    doc: 'Makes the folder a pipeline: models, by their names, that run one after another inside one worker. There is no model file then.',
    otherwise: 'the folder holds a model file',
    example: '["scale", "digits"]',
  },
} as const;

// Apart from the table, since isolatedDeclarations knows no `as const satisfies`.
MODEL_SETTINGS satisfies Record<string, ModelSetting>;

export type ModelSettingKey = keyof typeof MODEL_SETTINGS;

type Table = typeof MODEL_SETTINGS;
type Durations = 'duration' | 'durationOrOff';
type NameOf<K extends ModelSettingKey> = Table[K]['kind'] extends Durations ? `${K}Ms` : K;

/** All that a `forkcast.json` says; absent is what it does not say. Durations are milliseconds. */
export type FolderSettings = {
  readonly [K in ModelSettingKey as NameOf<K>]?: SettingValues[Table[K]['kind']];
};

export const FOLDER_SETTING_KEYS: readonly ModelSettingKey[] = Object.keys(
  MODEL_SETTINGS,
) as ModelSettingKey[];

export function modelSettingOf(key: ModelSettingKey): ModelSetting {
  return MODEL_SETTINGS[key];
}

export function isModelSettingKey(key: string): key is ModelSettingKey {
  return Object.hasOwn(MODEL_SETTINGS, key);
}

/** What the key is called in `FolderSettings`. */
export function fieldOf(key: ModelSettingKey): keyof FolderSettings {
  const { kind } = modelSettingOf(key);
  const isDuration = kind === 'duration' || kind === 'durationOrOff';
  return (isDuration ? `${key}Ms` : key) as keyof FolderSettings;
}
