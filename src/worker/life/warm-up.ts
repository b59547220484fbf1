/** The first run of a model, before its first request: memory is laid out, code is compiled. */

import { EXIT, RequestError, StartError } from '../../errors.js';
import type { Finish, Model, PredictContext, TensorModel, WarmupBody } from '../../model/model.js';
import type { RuntimeName } from '../../model/runtime-name.js';
import { isOptional } from '../../model/tensor/signature.js';
import { lengthOf, type Tensors } from '../../model/tensor/tensor.js';
import { zeros } from '../../model/tensor/zeros.js';
import { readInstances, readTensors } from '../protocols/v1/request.js';
import type { WorkerLog } from '../worker-log.js';

const CONTEXT: PredictContext = {
  requestId: 'warm-up',
  signal: new AbortController().signal,
  isAbandoned: false,
  // A model that streams is run to its last piece.
  takePiece: () => undefined,
};

/** What a model can be tried on: each is one run, and rejects where the model fails. */
export type Examples = {
  readonly runs: readonly (() => Promise<void>)[];
  /** They are of its operator or author, who knows what it takes; else zeros, which it may refuse. */
  readonly areItsOwn: boolean;
};

/** A module's zeros mean nobody knows what, and the parts of a pipeline have run by themselves. */
const RUN_ON_ZEROS: readonly RuntimeName[] = ['onnx', 'xgboost', 'lightgbm', 'tfjs'];
/** An input beyond that costs more memory than the first request gains time. */
const MOST_ZEROS = 2 ** 24;

/**
 * Runs the model's examples. Without one, a model that was read from a file runs on zeros.
 *
 * @throws StartError with exit code 11 when the model fails on an example of its own
 */
export async function warmUp(model: Model, log: WorkerLog): Promise<void> {
  const { runs, areItsOwn } = examplesOf(model);
  for (const run of runs) {
    try {
      await run();
    } catch (error) {
      if (areItsOwn) throw error;
      log.info({ model: model.name, err: error }, 'warm-up on zeros failed');
    }
  }
}

/** None where the model asks for none, or where nobody knows one. */
export function examplesOf(model: Model): Examples {
  const { warmup } = model;
  if (warmup === undefined) return { runs: zeroRuns(model), areItsOwn: false };
  const bodies = warmup === false ? [] : [warmup].flat();
  return { runs: bodies.map((body) => () => runExample(model, body)), areItsOwn: true };
}

function zeroRuns(model: Model): (() => Promise<void>)[] {
  if (model.kind !== 'tensors' || !RUN_ON_ZEROS.includes(model.runtime)) return [];
  const values = model.signature.inputs.map(({ shape }) => lengthOf(rowOf(shape)));
  if (values.some((value) => value > MOST_ZEROS)) return [];
  const needed = model.signature.inputs.filter((spec) => !isOptional(spec));
  return [() => runTensors(model, zeros(needed, 1))];
}

async function runExample(model: Model, example: WarmupBody): Promise<void> {
  try {
    if (model.kind === 'instances') {
      const instances = readInstances(example, model.name);
      await settled<readonly unknown[]>((finish) => model.run(instances, CONTEXT, finish));
    } else {
      const { inputs } = readTensors(example, model.signature, Number.MAX_SAFE_INTEGER);
      await runTensors(model, inputs);
    }
  } catch (error) {
    const reason = error instanceof RequestError ? error.message : String(error);
    const message = `model "${model.name}" failed on its warm-up example: ${reason}`;
    throw new StartError(EXIT.MODEL_LOAD_FAILED, message, { cause: error });
  }
}

function runTensors(model: TensorModel, inputs: Tensors): Promise<void> {
  return settled<Tensors>((finish) => model.run(inputs, CONTEXT, finish));
}

function settled<T>(run: (finish: Finish<T>) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    run((error) => (error === undefined ? resolve() : reject(error)));
  });
}

/** The smallest shape that fits. */
function rowOf(shape: readonly number[]): number[] {
  return shape.map((size) => (size === -1 ? 1 : size));
}
