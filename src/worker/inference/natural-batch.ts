import { batchingOf } from '../../model/batching.js';
import type { Finish, Model, PredictContext, TensorModel } from '../../model/model.js';
import { clientLeft } from '../../model/model-error.js';
import { isOptional } from '../../model/tensor/signature.js';
import type { Tensors } from '../../model/tensor/tensor.js';
import { commonRows, haveLikeRows, joinRows, sliceRows } from '../../model/tensor/tensor-rows.js';
import { BatchContext } from './batch-context.js';

/**
 * The model, with requests that come together run together; the model itself where each request
 * runs alone.
 */
export function withNaturalBatches(model: Model): Model {
  const batching = batchingOf(model);
  if (batching === undefined || model.kind !== 'tensors') return model;
  const batch = new NaturalBatch(model, batching.maxRows);
  const together: TensorModel = {
    ...model,
    run: (inputs, context, finish) => batch.run(inputs, context, finish),
  };
  return together;
}

/** One request's part of a batch. */
type Member = {
  readonly inputs: Tensors;
  readonly rows: number;
  readonly context: PredictContext;
  readonly finish: Finish<Tensors>;
};

type Batch = { readonly members: Member[]; rows: number };

/**
 * Runs together what came together. Nobody waits for a batch: a request that
 * comes alone runs at once, and those that lie in the same read of the link are
 * the next batch. A native runtime costs 10 to 15 µs a call and 1 µs a row, so
 * this is where a queue is cheaper than none.
 *
 * One bad member fails alone: when a batch throws, its members run one by one.
 * A model whose outputs do not have a row for each row of input is no
 * row-by-row model; it is found out at the first batch, and batches no more.
 */
class NaturalBatch {
  readonly #model: TensorModel;
  readonly #maxRows: number;
  /** May have no rows, and be in one request but not in the next. */
  readonly #optional: readonly string[];
  #canBatch = true;
  #members: Member[] = [];

  constructor(model: TensorModel, maxRows: number) {
    this.#model = model;
    this.#maxRows = maxRows;
    this.#optional = model.signature.inputs.filter(isOptional).map(({ name }) => name);
  }

  run(inputs: Tensors, context: PredictContext, finish: Finish<Tensors>): void {
    const rows = this.#canBatch && this.#isPlain(inputs) ? commonRows(inputs) : undefined;
    if (rows === undefined || rows === 0 || rows >= this.#maxRows) {
      this.#model.run(inputs, context, finish);
      return;
    }
    if (this.#members.length === 0) process.nextTick(() => this.#runAll());
    this.#members.push({ inputs, rows, context, finish });
  }

  #isPlain(inputs: Tensors): boolean {
    return this.#optional.every((name) => inputs[name] === undefined);
  }

  /** After the read that brought them: nothing more can come before these have run. */
  #runAll(): void {
    const members = this.#members;
    this.#members = [];
    const batches: Batch[] = [];
    for (const member of members) {
      if (member.context.isAbandoned) {
        member.finish(clientLeft(), undefined, 0);
        continue;
      }
      const batch = this.#batchFor(member, batches);
      if (batch === undefined) batches.push({ members: [member], rows: member.rows });
      else {
        batch.members.push(member);
        batch.rows += member.rows;
      }
    }
    for (const { members: batch, rows } of batches) this.#runBatch(batch, rows);
  }

  /** Texts of different lengths come in any order: each joins those of its own length. */
  #batchFor({ inputs, rows }: Member, batches: readonly Batch[]): Batch | undefined {
    for (const batch of batches) {
      const [first] = batch.members;
      if (batch.rows + rows <= this.#maxRows && first && haveLikeRows(first.inputs, inputs)) {
        return batch;
      }
    }
    return undefined;
  }

  #runBatch(batch: readonly Member[], rows: number): void {
    const [first, second] = batch;
    if (first === undefined) return;
    if (second === undefined) {
      this.#model.run(first.inputs, first.context, first.finish);
      return;
    }
    const inputs = joinRows(
      batch.map((member) => member.inputs),
      rows,
    );
    const together = new BatchContext(first, batch);
    this.#model.run(inputs, together, (error, outputs, runMicros) => {
      if (error === undefined && outputs !== undefined && commonRows(outputs) === rows) {
        handOut(batch, outputs, rows, runMicros);
        return;
      }
      if (error === undefined) this.#canBatch = false;
      for (const { inputs: own, context, finish } of batch) this.#model.run(own, context, finish);
    });
  }
}

/** Each member's rows, and its share of the time: the shares add up to what the worker was busy. */
function handOut(
  batch: readonly Member[],
  outputs: Tensors,
  rows: number,
  runMicros: number,
): void {
  let from = 0;
  for (const member of batch) {
    const own = sliceRows(outputs, from, member.rows);
    from += member.rows;
    member.finish(undefined, own, (runMicros * member.rows) / rows, rows);
  }
}
