/** The first run of a model, before its first request: memory is laid out, code is compiled. */
import { EXIT, RequestError, StartError } from '../errors.js';
import { allocate } from '../model/dtype.js';
import type { Finish, Model, PredictContext, TensorModel } from '../model/model.js';
import type { Signature } from '../model/signature.js';
import type { Tensor, Tensors } from '../model/tensor.js';
import { readInstances, readTensors } from './protocols/v1/request.js';
import type { WorkerLog } from './worker-log.js';

const CONTEXT: PredictContext = {
  requestId: 'warm-up',
  signal: new AbortController().signal,
  isAbandoned: false,
};

/**
 * Runs the model's example. Without one, an ONNX model runs on zeros, which it may refuse; a
 * module does not run, because nobody knows what zeros mean to it.
 *
 * @throws StartError with exit code 11 when the model fails on its own example
 */
export async function warmUp(model: Model, log: WorkerLog): Promise<void> {
  if (model.warmup === false) return;
  if (model.warmup !== undefined) return runExample(model, model.warmup);
  if (model.runtime !== 'onnx' || model.kind !== 'tensors') return;
  try {
    await runTensors(model, zeros(model.signature));
  } catch (error) {
    log.info({ model: model.name, err: error }, 'warm-up on zeros failed');
  }
}

async function runExample(model: Model, example: Readonly<Record<string, unknown>>): Promise<void> {
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

function zeros(signature: Signature): Tensors {
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype, shape } of signature.inputs) {
    const sizes = shape.map((size) => (size === -1 ? 1 : size));
    const length = sizes.reduce((product, size) => product * size, 1);
    tensors[name] = { dtype, shape: sizes, data: allocate(dtype, length) };
  }
  return tensors;
}
