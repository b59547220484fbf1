/** Several models, and modules between them, as one: run one after another inside one worker. */
import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { RequestError } from '../../errors.js';
import { withAllowedSizes } from '../allowed-sizes.js';
import { batchSettingOf } from '../batching.js';
import type { LoadOptions } from '../load-model.js';
import type { InstancesModel, Model, TensorModel } from '../model.js';
import { firstLine } from '../model-error.js';
import type { ModelPlan } from '../model-plan.js';
import { PipelineRun, type Stage, type Stages } from '../pipeline/pipeline-run.js';
import { hasRows, wirePipeline } from '../pipeline/pipeline-wiring.js';
import { formatOf } from '../repository/model-format.js';
import { type Pipeline, type PipelineStep, stepName } from '../settings/pipeline-form.js';
import type { TensorSpec } from '../tensor/signature.js';
import type { Tensors } from '../tensor/tensor.js';
import { loadModuleModels } from './module.js';

type Part = Pick<Stage, 'model' | 'isOwn'>;
type Traits = Omit<ModelPlan, 'file' | 'retry'> & Pick<Model, 'isRetryable' | 'dispose'>;

/** @throws Error naming the step that is not there, or does not fit */
export async function loadPipelineModel(plan: ModelPlan, options: LoadOptions): Promise<Model> {
  const { pipeline, file: _file, retry = true, ...rest } = plan;
  if (pipeline === undefined) throw new Error('"pipeline" is missing in its settings');
  const parts = await loadParts(pipeline, plan, options);
  const models = parts.map(({ model }) => model);
  const { steps, ...wiring } = wirePipeline(pipeline, models.map(signatureOf));
  const stages = parts.flatMap((part, index): Stage[] => {
    const wired = steps[index];
    return wired === undefined ? [] : [{ ...part, title: stepName(pipeline.steps, index), wired }];
  });
  const traits: Traits = {
    ...rest,
    isRetryable: retry && models.every(({ isRetryable }) => isRetryable),
    // Models that others know as well are disposed of as their own.
    dispose: async () => {
      for (const { model, isOwn } of parts) if (isOwn) await model.dispose();
    },
  };
  const all: Stages = { ...wiring, name: plan.name, stages };
  return isTensors(models) ? tensorModel(traits, all) : rowModel(traits, all);
}

async function loadParts(
  pipeline: Pipeline,
  plan: ModelPlan,
  options: LoadOptions,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for (const [index, step] of pipeline.steps.entries()) {
    try {
      parts.push(await loadPart(step, plan, options));
    } catch (error) {
      throw new Error(`${stepName(pipeline.steps, index)}: ${firstLine(error)}`, { cause: error });
    }
  }
  return parts;
}

async function loadPart(step: PipelineStep, plan: ModelPlan, options: LoadOptions): Promise<Part> {
  if ('module' in step) return { model: await loadOwn(step.module, plan, options), isOwn: true };
  const { model: name, version } = step;
  const model = options.loaded.find(
    (other) =>
      other.name === name && (version === undefined ? other.isLatest : other.version === version),
  );
  if (model !== undefined) return { model, isOwn: false };
  throw new Error(version === undefined ? 'it is not there' : `version ${version} is not there`);
}

/** A module that is only a step has the pipeline's name, version and options. */
async function loadOwn(path: string, plan: ModelPlan, options: LoadOptions): Promise<Model> {
  const file = await insideOf(dirname(plan.file), path);
  const format = formatOf(file);
  if ('fault' in format) throw new Error(format.fault);
  const { name, version, options: told } = plan;
  const step: ModelPlan = {
    name,
    version,
    runtime: 'module',
    file,
    isLatest: true,
    labels: [],
    ...(told === undefined ? {} : { options: told }),
  };
  const [model, another] = await loadModuleModels(step, options);
  if (model?.routes !== undefined) throw new Error('a step cannot have routes of its own');
  if (model !== undefined && another === undefined) return withAllowedSizes(model);
  throw new Error('the module gives several models; expected one');
}

async function insideOf(folder: string, path: string): Promise<string> {
  const file = join(folder, path);
  let real: string;
  try {
    real = await realpath(file);
  } catch (error) {
    throw new Error('there is no such file', { cause: error });
  }
  if (real.startsWith(join(await realpath(folder), sep))) return file;
  throw new Error("the link leaves the pipeline's folder");
}

function signatureOf(model: Model): TensorModel['signature'] | undefined {
  return model.kind === 'tensors' ? model.signature : undefined;
}

/** Tensors go in and come out; what is between may be rows. */
function isTensors(models: readonly Model[]): boolean {
  return models[0]?.kind === 'tensors' && models.at(-1)?.kind === 'tensors';
}

function tensorModel(traits: Traits, stages: Stages): TensorModel {
  const specsOf = (wires: Stages['inputs']): TensorSpec[] => wires.map(({ spec }) => spec);
  return {
    ...traits,
    ...batching(stages),
    ...(traits.maxBatchRows === undefined ? {} : { maxBatchRows: traits.maxBatchRows }),
    kind: 'tensors',
    signature: { inputs: specsOf(stages.inputs), outputs: specsOf(stages.outputs) },
    run(inputs, context, finish) {
      new PipelineRun<Tensors>(stages, context, finish, (run) => run.outputs).onTensors(inputs);
    },
  };
}

/** Row by row when all steps are; then as many rows as the least of them takes. */
function batching({ stages }: Stages): Pick<TensorModel, 'isRowWise' | 'maxBatchRows'> {
  let most: number | undefined;
  for (const { model } of stages) {
    if (model.kind !== 'tensors') return { isRowWise: false };
    const { maxBatchRows, allowedBatchSizes, signature } = model;
    const isRowWise = model.isRowWise === true || allowedBatchSizes !== undefined;
    const { inputs, outputs } = signature;
    const hasFreeRows = [...inputs, ...outputs].every(({ shape }) => shape[0] === -1);
    if (!hasFreeRows || maxBatchRows === 1) return { isRowWise: false };
    if (maxBatchRows === undefined && !isRowWise) return { isRowWise: false };
    if (maxBatchRows !== undefined) most = Math.min(most ?? maxBatchRows, maxBatchRows);
  }
  return most === undefined ? { isRowWise: true } : { isRowWise: true, maxBatchRows: most };
}

function rowModel(traits: Traits, stages: Stages): InstancesModel {
  for (const { name, spec } of [...stages.inputs, ...stages.outputs]) {
    if (hasRows(spec)) continue;
    const problem = `"${name}" is one value for all rows, but a step of the pipeline has no signature`;
    throw new Error(problem);
  }
  const setting = batchSettingOf(traits);
  if (setting !== undefined) {
    throw new Error(
      `${setting}: a step has no signature, so rows of several requests cannot run together`,
    );
  }
  return {
    ...traits,
    kind: 'instances',
    run(instances, context, finish) {
      const expected = instances.length;
      const result = (run: PipelineRun<readonly unknown[]>): readonly unknown[] =>
        checkedRows(run.rows, expected, traits.name);
      new PipelineRun(stages, context, finish, result).onRows(instances);
    },
  };
}

function checkedRows(rows: readonly unknown[], expected: number, name: string): readonly unknown[] {
  if (rows.length === expected) return rows;
  const problem = `expected ${expected} rows (one for each instance), got ${rows.length}`;
  throw new RequestError('MODEL_ERROR', `model "${name}" returned a wrong result: ${problem}`);
}
