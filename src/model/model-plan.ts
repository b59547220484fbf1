import type { RuntimeName } from './runtime-name.js';
import type { ModelSettings } from './settings/model-settings.js';

/** A model to load: all of it survives JSON, because the master sends it to its workers. */
export type ModelPlan = ModelSettings & {
  readonly name: string;
  /** Digits without leading zeros; unique beside the name. May be beyond 2^53: compare as BigInt. */
  readonly version: string;
  readonly runtime: RuntimeName;
  /** Absolute path of the model file; of a pipeline, its `forkcast.json`. */
  readonly file: string;
  /** Requests that name no version mean this one: the highest that is served. */
  readonly isLatest: boolean;
  /** Names that mean this version, such as `stable`; of one model each label is there once. */
  readonly labels: readonly string[];
};
