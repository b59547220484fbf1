import { performance } from 'node:perf_hooks';
import { RequestError } from '../../errors.js';
import type { SliceLink } from '../../link/slices/worker-slices.js';
import { hasRows, isKnownRowWise } from '../../model/batching.js';
import type {
  Finish,
  InstancesModel,
  Model,
  PredictContext,
  TensorModel,
} from '../../model/model.js';
import { clientLeft } from '../../model/model-error.js';
import { microsSince } from '../../model/run-queue.js';
import { isOptional } from '../../model/tensor/signature.js';
import { commonRows, joinRows } from '../../model/tensor/tensor-rows.js';
import type { Body, InstancesExchange, Protocol, Reply, TensorExchange } from '../protocol.js';
import { RowCost } from './row-cost.js';
import type { RowWork } from './row-work.js';
import { SliceHelper } from './slice-helper.js';
import type { Part } from './slice-message.js';
import { type SlicedEnd, type SlicedRequest, SlicedRun } from './sliced-run.js';

/** What is known of a model that may be sliced. */
type Sliceable = { readonly cost: RowCost; readonly optional: readonly string[] };

/** What a request asks of which model. */
export type Asked =
  | { readonly kind: 'tensors'; readonly model: TensorModel; readonly exchange: TensorExchange }
  | {
      readonly kind: 'instances';
      readonly model: InstancesModel;
      readonly exchange: InstancesExchange;
    };

/** A request that may run in slices. */
export type Candidate = {
  /** On the link. */
  readonly id: number;
  readonly protocol: Protocol;
  readonly body: Body;
  readonly asked: Asked;
  readonly context: PredictContext;
  /** Takes no pieces: the reply of a part can only be whole. */
  readonly partContext: PredictContext;
};

/** What makes the reply: it may throw as `TensorExchange.reply` does. */
export type MakeReply = () => Reply;

/**
 * Large requests of a worker, in slices that idle workers may take part in; and slices of others'.
 * It knows what a row of each model costs, and so which request is large.
 */
export class Slicer {
  readonly #link: SliceLink;
  readonly #helper: SliceHelper;
  readonly #models = new Map<Model, Sliceable>();
  #runs: SlicedRun[] = [];

  constructor(link: SliceLink, models: readonly Model[], protocols: readonly Protocol[]) {
    this.#link = link;
    this.#helper = new SliceHelper(link, models, protocols);
    for (const model of models) {
      const sliceable = sliceableOf(model);
      if (sliceable !== undefined) this.#models.set(model, sliceable);
    }
    link.taker = {
      granted: (requestId, ticket) => this.#granted(requestId, ticket),
      result: (ticket, body) => this.#runs.find((run) => run.has(ticket))?.result(ticket, body),
      cameBack: (ticket) => this.#runs.find((run) => run.has(ticket))?.cameBack(ticket),
      slice: (ticket, body) => this.#helper.run(ticket, body),
      cancelled: (ticket) => this.#helper.cancel(ticket),
    };
  }

  /** Learns what a request took that ran as a whole. */
  ran(model: Model, rows: number, runMicros: number): void {
    this.#models.get(model)?.cost.observe(rows, runMicros);
  }

  /** Whether it is large enough to slice, and may be cut by rows. */
  isWorthSlicing(asked: Asked): boolean {
    const rows = rowsOf(asked);
    if (rows === 1) return false;
    const known = this.#models.get(asked.model);
    if (known?.cost.isWorthSlicing(rows) !== true) return false;
    if (asked.kind === 'instances') return asked.exchange.parts !== undefined;
    const { inputs } = asked.exchange;
    return (
      known.optional.every((name) => inputs[name] === undefined) && commonRows(inputs) === rows
    );
  }

  /** Runs it; calls `finish` exactly once. */
  run(candidate: Candidate, finish: Finish<MakeReply>): void {
    const { id, asked, body, partContext: context, protocol } = candidate;
    const { parts } = asked.exchange;
    const known = this.#models.get(asked.model);
    if (known === undefined) {
      runWhole(candidate, 0, finish);
      return;
    }
    const startedAt = performance.now();
    const writer = parts && { protocol, form: parts.form };
    const { requestId } = context;
    const work = workOf(asked);
    const bodyBytes = body.bytes.length;
    const request: SlicedRequest = { id, requestId, work, bodyBytes, writer, context };
    const run = new SlicedRun(request, this.#link, known.cost, (end) => {
      this.#runs = this.#runs.filter((other) => other !== run);
      this.#ended(candidate, end, microsSince(startedAt), finish);
    });
    this.#runs.push(run);
    run.start();
  }

  #granted(requestId: number, ticket: number): void {
    const run = this.#runs.find(({ id }) => id === requestId);
    if (run === undefined) this.#link.decline(ticket);
    else run.granted(ticket);
  }

  #ended(candidate: Candidate, end: SlicedEnd, micros: number, finish: Finish<MakeReply>): void {
    const { model } = candidate.asked;
    if (end.kind === 'done') {
      finish(undefined, () => joined(candidate.asked, end.parts), micros);
    } else if (end.kind === 'abandoned') {
      finish(clientLeft(), undefined, micros);
    } else {
      const error = end.kind === 'failed' ? end.error : undefined;
      if (end.kind === 'notRows') this.#models.delete(model);
      if (!model.isRetryable) finish(error ?? onlyOnce(model), undefined, micros);
      else {
        runWhole(candidate, micros, (fault, make, runMicros) => {
          // What fails in parts only does not compute row by row.
          if (fault === undefined && error !== undefined) this.#models.delete(model);
          finish(fault, make, runMicros);
        });
      }
    }
  }
}

function workOf(asked: Asked): RowWork {
  const rows = rowsOf(asked);
  return asked.kind === 'tensors'
    ? { kind: 'tensors', model: asked.model, inputs: asked.exchange.inputs, rows }
    : { kind: 'instances', model: asked.model, instances: asked.exchange.instances, rows };
}

function rowsOf({ kind, exchange }: Asked): number {
  return kind === 'tensors' ? exchange.rows : exchange.instances.length;
}

function joined({ kind, exchange }: Asked, parts: readonly Part[]): Reply {
  const { parts: form } = exchange;
  const [first] = parts;
  const rows = parts.reduce((sum, part) => sum + part.rows, 0);
  if (form !== undefined && first !== undefined) {
    const texts = parts.map((part) => part.texts ?? []);
    return form.joined(texts, first.outputs, rows);
  }
  if (kind === 'instances') throw new Error('predictions were run in parts and not written');
  const outputs = parts.map((part) => part.outputs);
  return exchange.reply(joinRows(outputs, rows));
}

/**
 * What fails in parts is run as a whole, so that the client is told what it would have been told
 * without them: of the row that it sent, and not of a row of some part.
 */
function runWhole(
  { asked, protocol, body, context }: Candidate,
  before: number,
  finish: Finish<MakeReply>,
): void {
  if (asked.kind === 'tensors') {
    const { model, exchange } = asked;
    model.run(exchange.inputs, context, (error, outputs, runMicros) => {
      const make = outputs === undefined ? undefined : () => exchange.reply(outputs);
      finish(error, make, before + runMicros);
    });
    return;
  }
  const { model } = asked;
  // Read once more: the elements are the module's from the first run on, and it may have changed them.
  const exchange = protocol.readInstances(body, model);
  model.run(exchange.instances, context, (error, predictions, runMicros) => {
    const make = predictions === undefined ? undefined : () => exchange.reply(predictions);
    finish(error, make, before + runMicros);
  });
}

/** Known to compute row by row, or said to; unless it is said not to be divided. */
function sliceableOf(model: Model): Sliceable | undefined {
  if (model.isStreaming === true) return undefined;
  if (model.kind === 'instances') {
    // A function may look at all of its instances: only who wrote it knows.
    return model.dataParallel === true ? { cost: new RowCost(), optional: [] } : undefined;
  }
  if (!(model.dataParallel ?? isKnownRowWise(model)) || !hasRows(model.signature)) return undefined;
  const optional = model.signature.inputs.filter(isOptional).map(({ name }) => name);
  return { cost: new RowCost(model.allowedBatchSizes?.at(-1)), optional };
}

function onlyOnce({ name }: Model): RequestError {
  const problem = 'failed in a part of the rows, and may not run twice (retry)';
  return new RequestError('MODEL_ERROR', `model "${name}" ${problem}`);
}
