import { performance } from 'node:perf_hooks';
import type { TensorModel } from '../model.js';
import { modelError } from '../model-error.js';
import type { ModelPlan } from '../model-plan.js';
import { microsSince } from '../run-queue.js';
import { allocate } from '../tensor/dtype.js';
import type { TensorSpec } from '../tensor/signature.js';
import type { Tensor, TensorData, Tensors } from '../tensor/tensor.js';
import type { Values } from './block.js';
import type { Ensemble } from './ensemble.js';
import type { Output, TreeOptions } from './tree-options.js';

/** Rows in the file's order of features. */
const INPUT = 'X';
const OUTPUTS: Readonly<Record<Output, string>> = {
  prediction: 'predictions',
  margin: 'margins',
  leaf: 'leaves',
};

/** A model of trees as routes see it. */
export function treeModel(plan: ModelPlan, ensemble: Ensemble, options: TreeOptions): TensorModel {
  const { file: _file, retry = true, ...traits } = plan;
  const output = outputOf(ensemble, options.output ?? 'prediction');
  const missing = options.missing ?? ensemble.missing;
  return {
    ...traits,
    kind: 'tensors',
    isRetryable: retry,
    isRowWise: true,
    signature: { inputs: [inputSpec(ensemble)], outputs: [output.spec] },
    run(inputs, _context, finish) {
      const startedAt = performance.now();
      let outputs: Tensors;
      try {
        const tensor = inputs[INPUT] as Tensor;
        const rows = tensor.shape[0] ?? 0;
        const values = withMissing(tensor.data as Values, missing);
        outputs = { [output.spec.name]: output.compute(values, rows) };
      } catch (error) {
        finish(modelError(plan.name, error), undefined, microsSince(startedAt));
        return;
      }
      finish(undefined, outputs, microsSince(startedAt));
    },
    dispose: async () => {},
  };
}

function inputSpec({ dtype, features, featureNames }: Ensemble): TensorSpec {
  const spec: TensorSpec = { name: INPUT, dtype, shape: [-1, features], takesMissing: true };
  return featureNames.length === 0 ? spec : { ...spec, labels: featureNames };
}

type ComputedOutput = {
  readonly spec: TensorSpec;
  compute(values: Values, rows: number): Tensor;
};

function outputOf(ensemble: Ensemble, output: Output): ComputedOutput {
  if (output === 'leaf') return leavesOf(ensemble);
  const { dtype, margins } = ensemble;
  const isMargin = output === 'margin';
  const width = isMargin ? margins : ensemble.predictions;
  return {
    spec: { name: OUTPUTS[output], dtype, shape: width === 1 ? [-1] : [-1, width] },
    compute(values, rows) {
      const sums = allocate(dtype, rows * margins) as Values;
      if (rows > 0) ensemble.score(values, rows, sums);
      const data = isMargin ? sums : ensemble.predict(sums);
      return { dtype, shape: width === 1 ? [rows] : [rows, width], data };
    },
  };
}

function leavesOf(ensemble: Ensemble): ComputedOutput {
  const { trees } = ensemble;
  if (trees === 0) throw new Error('options.output: "leaf" needs a model of trees');
  return {
    spec: { name: OUTPUTS.leaf, dtype: 'int32', shape: [-1, trees] },
    compute(values, rows) {
      const data: TensorData = rows > 0 ? ensemble.leaves(values, rows) : new Int32Array(0);
      return { dtype: 'int32', shape: [rows, trees], data };
    },
  };
}

/** A copy where something counts as missing: the values are not ours to change. */
function withMissing(values: Values, missing: number | undefined): Values {
  if (missing === undefined) return values;
  const wanted = values instanceof Float32Array ? Math.fround(missing) : missing;
  return values.map((value) => (value === wanted ? Number.NaN : value)) as Values;
}
