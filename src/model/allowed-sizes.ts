import type { RequestError } from '../errors.js';
import type { Finish, Model, PredictContext, TensorModel } from './model.js';
import { modelError } from './model-error.js';
import { isOptional } from './tensor/signature.js';
import type { Tensors } from './tensor/tensor.js';
import { commonRows, joinRows, sliceRows } from './tensor/tensor-rows.js';

/**
 * The model, run only with the numbers of rows that `allowedBatchSizes` names. Fewer rows are
 * padded to the next size by repeating the last one, and the results of the padding are dropped;
 * more than the largest size run in parts. So a runtime that is fast with a few sizes only, or
 * works with no others, sees just those.
 *
 * @throws Error where the model has no rows that could be counted
 */
export function withAllowedSizes(model: Model): Model {
  if (model.kind !== 'tensors' || model.allowedBatchSizes === undefined) return model;
  const sizes = model.allowedBatchSizes;
  const { inputs, outputs } = model.signature;
  const fixed = [...inputs, ...outputs].find((spec) => spec.shape[0] !== -1 && !isOptional(spec));
  if (fixed !== undefined) {
    throw new Error(`allowedBatchSizes: the first dimension of "${fixed.name}" counts no rows`);
  }
  if (model.isStreaming)
    throw new Error('allowedBatchSizes: a reply in pieces cannot be cut to size');
  const sized: TensorModel = {
    ...model,
    run(inputs, context, finish) {
      const rows = commonRows(inputs);
      if (rows === undefined || rows === 0) model.run(inputs, context, finish);
      else new SizedRun(model, sizes, { inputs, rows, context, finish }).start();
    },
  };
  return sized;
}

/**
 * The size of the next run: the smallest one that takes all rows that are left, else the largest.
 */
export function sizeFor(sizes: readonly number[], rows: number): number {
  return sizes.find((size) => size >= rows) ?? sizes.at(-1) ?? rows;
}

type Asked = {
  readonly inputs: Tensors;
  readonly rows: number;
  readonly context: PredictContext;
  readonly finish: Finish<Tensors>;
};

/** One run of any number of rows, as one run of an allowed size or several. */
class SizedRun {
  readonly #model: TensorModel;
  readonly #sizes: readonly number[];
  readonly #asked: Asked;
  readonly #parts: Tensors[] = [];
  #doneRows = 0;
  #runMicros = 0;

  constructor(model: TensorModel, sizes: readonly number[], asked: Asked) {
    this.#model = model;
    this.#sizes = sizes;
    this.#asked = asked;
  }

  /**
   * A loop: a model that answers before `run` returns would else deepen the stack with each part.
   */
  start(): void {
    while (this.#runPart());
  }

  /** True when it has run at once and others are left. */
  #runPart(): boolean {
    const { inputs, rows, context } = this.#asked;
    const left = rows - this.#doneRows;
    const size = sizeFor(this.#sizes, left);
    const own = Math.min(size, left);
    const part = own === rows ? inputs : sliceRows(inputs, this.#doneRows, own);
    let isAtOnce = true;
    let isLeft = false;
    this.#model.run(filledUp(part, own, size), context, (error, outputs, runMicros) => {
      this.#runMicros += runMicros;
      isLeft = this.#took(error, outputs, own, size);
      if (isLeft && !isAtOnce) this.start();
    });
    isAtOnce = false;
    return isLeft;
  }

  /** True when others are left. */
  #took(
    error: RequestError | undefined,
    outputs: Tensors | undefined,
    own: number,
    size: number,
  ): boolean {
    const { rows, finish } = this.#asked;
    if (error !== undefined || outputs === undefined) {
      finish(error, outputs, this.#runMicros);
      return false;
    }
    const got = commonRows(outputs);
    if (got !== size) {
      const problem = new Error(`it returned ${got ?? 'no'} rows for a batch of ${size}`);
      finish(modelError(this.#model.name, problem), undefined, this.#runMicros);
      return false;
    }
    this.#parts.push(own === size ? outputs : sliceRows(outputs, 0, own));
    this.#doneRows += own;
    if (this.#doneRows === rows) this.#end();
    return this.#doneRows < rows;
  }

  #end(): void {
    const { rows, finish } = this.#asked;
    const [first] = this.#parts;
    const isOne = this.#parts.length === 1;
    const outputs = isOne ? first : joinRows(this.#parts, rows);
    finish(undefined, outputs, this.#runMicros);
  }
}

/** Repeats a real row: a model may refuse zeros, or take long for them. */
function filledUp(inputs: Tensors, rows: number, size: number): Tensors {
  if (rows === size) return inputs;
  const last = sliceRows(inputs, rows - 1, 1);
  return joinRows([inputs, ...new Array<Tensors>(size - rows).fill(last)], size);
}
