/** ONNX models, through onnxruntime-node. Importing this file loads the native library. */
import { performance } from 'node:perf_hooks';
import { InferenceSession, type Tensor as OnnxTensor } from 'onnxruntime-node';
import type { RequestError } from '../../errors.js';
import type { LoadOptions } from '../load-model.js';
import type { Finish, Model } from '../model.js';
import { modelError } from '../model-error.js';
import type { ModelPlan } from '../repository.js';
import { microsSince } from '../run-queue.js';
import type { Signature } from '../signature.js';
import type { Tensor, Tensors } from '../tensor.js';
import {
  checkShared,
  checkStrings,
  loadFault,
  onnxSignature,
  sharedDimensions,
} from './onnx-signature.js';
import { fromOnnxTensor, toOnnxTensor } from './onnx-tensor.js';

type Feeds = Record<string, OnnxTensor>;
type Outputs = InferenceSession.OnnxValueMapType;

export async function loadOnnxModel(plan: ModelPlan, { threads }: LoadOptions): Promise<Model> {
  const session = await openSession(plan.file, threads);
  const signature = onnxSignature(session);
  const shared = sharedDimensions(session);
  const { file: _file, retry = true, ...traits } = plan;
  const hasStrings = signature.inputs.some((spec) => spec.dtype === 'string');
  return {
    ...traits,
    kind: 'tensors',
    isRetryable: retry,
    signature,
    run(inputs, _context, finish) {
      try {
        if (shared.length > 0) checkShared(shared, inputs);
        if (hasStrings) checkStrings(signature, inputs);
        compute(plan.name, session, signature, toFeeds(signature, inputs), finish);
      } catch (error) {
        finish(runFault(plan.name, error), undefined, 0);
      }
    },
    dispose: () => session.release(),
  };
}

async function openSession(file: string, threads: number): Promise<InferenceSession> {
  try {
    return await InferenceSession.create(file, {
      intraOpNumThreads: threads,
      interOpNumThreads: 1,
      executionMode: 'sequential',
      // Its lines on stderr would break the JSON log, and its errors come as exceptions as well.
      logSeverityLevel: 4,
    });
  } catch (error) {
    throw loadFault(error);
  }
}

/**
 * ONNX Runtime computes on this thread, inside a `setImmediate` of its own. An immediate put
 * before it runs right before it, so the clock starts there and counts no wait; and as one
 * computation cannot overlap another, there is no need for a queue of ours.
 */
function compute(
  modelName: string,
  session: InferenceSession,
  signature: Signature,
  feeds: Feeds,
  finish: Finish<Tensors>,
): void {
  let startedAt = performance.now();
  setImmediate(() => {
    startedAt = performance.now();
  });
  session.run(feeds).then(
    (outputs) => {
      const runMicros = microsSince(startedAt);
      finish(undefined, fromOutputs(signature, outputs), runMicros);
    },
    (error: unknown) => finish(runFault(modelName, error), undefined, microsSince(startedAt)),
  );
}

function toFeeds(signature: Signature, inputs: Tensors): Feeds {
  const feeds: Feeds = {};
  for (const { name } of signature.inputs) {
    const tensor = inputs[name];
    if (tensor !== undefined) feeds[name] = toOnnxTensor(tensor);
  }
  return feeds;
}

function fromOutputs(signature: Signature, outputs: Outputs): Tensors {
  const tensors: Record<string, Tensor> = {};
  for (const { name, dtype } of signature.outputs) {
    tensors[name] = fromOnnxTensor(dtype, outputs[name] as OnnxTensor);
  }
  return tensors;
}

/** Some shapes only ONNX Runtime can judge; it names the input then, and the client was wrong. */
function runFault(modelName: string, cause: unknown): RequestError {
  const isRefusal =
    cause instanceof Error &&
    /^(Got invalid dimensions|Invalid rank) for input|Unexpected input data type/.test(
      cause.message,
    );
  return modelError(modelName, isRefusal ? new InvalidForOnnx(cause) : cause);
}

class InvalidForOnnx extends Error {
  readonly code = 'INVALID_INPUT';

  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}
