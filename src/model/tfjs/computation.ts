/** One TensorFlow.js model, whatever its form, as it is run. */
import type * as Core from '@tensorflow/tfjs-core';
import { firstLine } from '../model-error.js';
import type { ModuleLogger } from '../module/define-model.js';
import type { Signature, TensorSpec } from '../tensor/signature.js';
import type { Tensors } from '../tensor/tensor.js';
import { zeros } from '../tensor/zeros.js';
import { type Backend, isTrap, missingKernel, useBackend } from './backend.js';
import { fromTfjs, type OpenSpec, toTfjs } from './tensors.js';

export type Computation = {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly OpenSpec[];
  /** Each row of its inputs gives one of its outputs, and none looks at another. */
  readonly isRowWise: boolean;
  /** Zeros may keep it running for ever. */
  readonly hasLoops: boolean;
  /** Both in the order of the specs; whoever calls disposes of all that is made here. */
  execute(inputs: readonly Core.Tensor[]): readonly Core.Tensor[] | Promise<readonly Core.Tensor[]>;
  dispose(): void;
};

export class TfjsRunner {
  readonly #core: typeof Core;
  readonly #computation: Computation;
  readonly #logger: ModuleLogger;
  #backend: Backend;
  /** Once it has run, what it refuses is the input's fault. */
  hasRun = false;

  constructor(core: typeof Core, computation: Computation, backend: Backend, logger: ModuleLogger) {
    this.#core = core;
    this.#computation = computation;
    this.#backend = backend;
    this.#logger = logger;
  }

  /** All tensors are disposed of when it is done; nothing else may run meanwhile. */
  run(inputs: Tensors): Tensors | Promise<Tensors> {
    try {
      const outputs = this.#attempt(inputs);
      return outputs instanceof Promise ? this.#settled(outputs, inputs) : outputs;
    } catch (error) {
      this.#changeBackend(error);
      return this.#attempt(inputs);
    }
  }

  async #settled(outputs: Promise<Tensors>, inputs: Tensors): Promise<Tensors> {
    try {
      return await outputs;
    } catch (error) {
      this.#changeBackend(error);
      return this.#attempt(inputs);
    }
  }

  /** The WebAssembly backend lacks a few operations that the one in JavaScript has. */
  #changeBackend(error: unknown): void {
    const kernel = missingKernel(error);
    if (kernel === undefined || this.#backend === 'cpu') throw error;
    this.#backend = 'cpu';
    const why = `there is no ${kernel} in WebAssembly: JavaScript computes this model, more slowly`;
    this.#logger.warn({ kernel }, why);
  }

  #attempt(inputs: Tensors): Tensors | Promise<Tensors> {
    const engine = this.#core.engine();
    useBackend(this.#core, this.#backend);
    engine.startScope();
    let isPending = false;
    try {
      const feeds = toTfjs(this.#core, this.#computation.inputs, inputs);
      const outputs = this.#computation.execute(feeds);
      isPending = outputs instanceof Promise;
      if (!(outputs instanceof Promise)) return this.#read(outputs);
      return outputs.then((tensors) => this.#read(tensors)).finally(() => engine.endScope());
    } finally {
      if (!isPending) engine.endScope();
    }
  }

  #read(outputs: readonly Core.Tensor[]): Tensors {
    const tensors = fromTfjs(this.#core, this.#computation.outputs, outputs);
    this.hasRun = true;
    return tensors;
  }
}

/**
 * Runs once on zeros, which compiles what there is to compile and shows what cannot be computed at
 * all, and again on more of them where the sizes of an output are not known. A graph with loops is
 * not run.
 *
 * @throws Error when the model can never run, or an output stays unknown
 */
export async function probed(
  runner: TfjsRunner,
  { inputs, outputs, hasLoops }: Computation,
  logger: ModuleLogger,
): Promise<Signature> {
  const one = hasLoops ? undefined : await onZeros(runner, inputs, 1, logger);
  const isOpen = outputs.some(({ name, shape }) => {
    const seen = one?.[name]?.shape;
    return shape === undefined || (seen !== undefined && seen.length !== shape.length);
  });
  const two = isOpen && one !== undefined ? await onZeros(runner, inputs, 2, logger) : undefined;
  return { inputs, outputs: outputs.map((spec) => closed(spec, one, two)) };
}

const IMPOSSIBLE = /^(Unknown op |Custom op |Kernel '|Cannot compute the outputs )/;

async function onZeros(
  runner: TfjsRunner,
  inputs: readonly TensorSpec[],
  size: number,
  logger: ModuleLogger,
): Promise<Tensors | undefined> {
  try {
    return await runner.run(zeros(inputs, size));
  } catch (error) {
    const reason = firstLine(error);
    if (IMPOSSIBLE.test(reason) || isTrap(error)) throw error;
    logger.info({ err: error }, 'the first run on zeros failed');
    return undefined;
  }
}

function closed(spec: OpenSpec, one: Tensors | undefined, two: Tensors | undefined): TensorSpec {
  const { name } = spec;
  const seen = one?.[name];
  const dtype = spec.dtype ?? seen?.dtype;
  const shape = closedShape(spec.shape, seen?.shape, two?.[name]?.shape);
  if (dtype !== undefined && shape !== undefined) return { name, dtype, shape };
  const what = dtype === undefined ? 'dtype' : 'shape';
  throw new Error(
    `output "${name}": model.json does not say its ${what}; supply it under "outputs" in forkcast.json`,
  );
}

/** What a run showed wins: where it differs from what the file says, the size is free. */
function closedShape(
  said: readonly number[] | undefined,
  one: readonly number[] | undefined,
  two: readonly number[] | undefined,
): readonly number[] | undefined {
  if (one === undefined) return said;
  const other = said?.length === one.length ? said : two;
  return one.map((size, axis) => (other?.[axis] === size ? size : -1));
}
