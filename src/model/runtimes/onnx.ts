/** ONNX models, through onnxruntime-node. Importing this file loads the native library. */
import { performance } from 'node:perf_hooks';
import { InferenceSession, type Tensor as OnnxTensor } from 'onnxruntime-node';
import { RequestError } from '../../errors.js';
import type { LoadOptions } from '../load-model.js';
import type { Finish, TensorModel } from '../model.js';
import type { ModelPlan } from '../model-plan.js';
import type { WeightsCase } from '../onnx/weights/held-weights.js';
import { microsSince } from '../run-queue.js';
import type { Tensor, Tensors } from '../tensor/tensor.js';
import { copiedBytesOf, holdersOf, PRIVATE_WEIGHTS } from '../weights.js';
import { isLocaleMissing, loadFault, runFault } from './onnx-fault.js';
import { inspectFile, type OnnxFile } from './onnx-file.js';
import { mappingOptions, sessionOptions } from './onnx-options.js';
import {
  checkShared,
  checkStrings,
  checkValues,
  type Joint,
  jointsOf,
  type SharedDimension,
  sharedDimensions,
} from './onnx-signature.js';
import { fromOnnxTensor, toOnnxTensor } from './onnx-tensor.js';

type SessionOptions = InferenceSession.SessionOptions;
type Feeds = Record<string, OnnxTensor>;

export async function loadOnnxModel(plan: ModelPlan, options: LoadOptions): Promise<TensorModel> {
  const { file: path, retry = true, ...traits } = plan;
  const checked = sessionOptions(plan.options, options);
  const { choice, holders, cacheBases } = options.weights ?? PRIVATE_WEIGHTS;
  const { file, session } = await opened(path, checked, {
    choice: plan.weights ?? choice,
    holders: holdersOf(plan.name, holders),
    copiedBytes: copiedBytesOf(options.loaded, holders),
    cacheBases,
  });
  const onnx = new OnnxSession(plan.name, session, file, checked.freeDimensionOverrides ?? {});
  return {
    ...traits,
    kind: 'tensors',
    isRetryable: retry,
    isRowWise: file.isRowWise,
    heldWeights: file.weights,
    signature: onnx.signature,
    run: (inputs, _context, finish) => onnx.run(inputs, finish),
    dispose: () => session.release(),
  };
}

type Opened = { readonly file: OnnxFile; readonly session: InferenceSession };

async function opened(
  path: string,
  options: SessionOptions,
  weights: WeightsCase,
): Promise<Opened> {
  try {
    return await openSession(inspectFile(path, { weights }), options);
  } catch (error) {
    if (!isLocaleMissing(error)) throw error;
    return openSession(inspectFile(path, { plainUnicode: true, weights }), options);
  }
}

async function openSession(file: OnnxFile, checked: SessionOptions): Promise<Opened> {
  const { content, externalFolder, weights } = file;
  const options = weights.form === 'shared' ? mappingOptions(checked) : checked;
  try {
    const session =
      typeof content === 'string'
        ? await InferenceSession.create(content, options)
        : await InferenceSession.create(content, withFolder(options, externalFolder));
    return { file, session };
  } catch (error) {
    throw loadFault(error);
  }
}

/** What comes from memory lies in no folder: the runtime would look for weights in its own. */
function withFolder(options: SessionOptions, folder: string | undefined): SessionOptions {
  if (folder === undefined) return options;
  const { session, ...others } = (options.extra ?? {}) as { session?: object };
  const entry = { model_external_initializers_file_folder_path: folder };
  return { ...options, extra: { ...others, session: { ...session, ...entry } } };
}

class OnnxSession {
  readonly signature: TensorModel['signature'];
  readonly #modelName: string;
  readonly #session: InferenceSession;
  readonly #inputs: readonly Joint[];
  readonly #outputs: readonly Joint[];
  readonly #shared: readonly SharedDimension[];
  readonly #hasStrings: boolean;
  readonly #needsValues: string | undefined;
  #hasComputed = false;
  /** Of inputs that a request may leave out. */
  readonly #defaults: Feeds = {};

  /** @throws Error naming an input or output that cannot be served */
  constructor(
    modelName: string,
    session: InferenceSession,
    file: OnnxFile,
    overrides: Readonly<Record<string, number>>,
  ) {
    this.#modelName = modelName;
    this.#session = session;
    this.#inputs = jointsOf(session.inputMetadata, file.inputs, 'input', overrides);
    this.#outputs = jointsOf(session.outputMetadata, file.outputs, 'output', overrides);
    this.signature = {
      inputs: this.#inputs.map(({ spec }) => spec),
      outputs: this.#outputs.map(({ spec }) => spec),
    };
    this.#shared = sharedDimensions(session.inputMetadata, this.#inputs);
    this.#needsValues = file.needsValues;
    this.#hasStrings = this.signature.inputs.some(({ dtype }) => dtype === 'string');
    for (const { sessionName, port } of this.#inputs) {
      if (port.byDefault !== undefined) this.#defaults[sessionName] = toOnnxTensor(port.byDefault);
    }
  }

  run(inputs: Tensors, finish: Finish<Tensors>): void {
    try {
      if (this.#shared.length > 0) checkShared(this.#shared, inputs);
      if (this.#hasStrings) checkStrings(this.signature, inputs);
      if (this.#needsValues !== undefined) checkValues(this.#needsValues, inputs);
      this.#compute(this.#feeds(inputs), finish);
    } catch (error) {
      finish(runFault(this.#modelName, error, this.#hasComputed), undefined, 0);
    }
  }

  /**
   * ONNX Runtime computes on this thread, inside a `setImmediate` of its own. An immediate put
   * before it runs right before it, so the clock starts there and counts no wait; and as one
   * computation cannot overlap another, there is no need for a queue of ours.
   */
  #compute(feeds: Feeds, finish: Finish<Tensors>): void {
    let startedAt = performance.now();
    setImmediate(() => {
      startedAt = performance.now();
    });
    this.#session.run(feeds).then(
      (outputs) => {
        const runMicros = microsSince(startedAt);
        this.#hasComputed = true;
        finish(undefined, this.#tensors(outputs), runMicros);
      },
      (error: unknown) => {
        const runMicros = microsSince(startedAt);
        finish(runFault(this.#modelName, error, this.#hasComputed), undefined, runMicros);
      },
    );
  }

  #feeds(inputs: Tensors): Feeds {
    const feeds: Feeds = {};
    for (const { sessionName, spec } of this.#inputs) {
      const tensor = inputs[spec.name];
      const feed = tensor === undefined ? this.#defaults[sessionName] : toOnnxTensor(tensor);
      if (feed === undefined) {
        throw new RequestError('INVALID_INPUT', `input "${spec.name}" is missing`);
      }
      feeds[sessionName] = feed;
    }
    return feeds;
  }

  #tensors(outputs: InferenceSession.OnnxValueMapType): Tensors {
    const tensors: Record<string, Tensor> = {};
    for (const { sessionName, spec } of this.#outputs) {
      tensors[spec.name] = fromOnnxTensor(spec.dtype, outputs[sessionName] as OnnxTensor);
    }
    return tensors;
  }
}
