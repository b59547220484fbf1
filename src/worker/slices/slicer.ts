import { performance } from 'node:perf_hooks';
import { RequestError } from '../../errors.js';
import type { SliceLink } from '../../link/slices/worker-slices.js';
import { batchingOf, hasRows } from '../../model/batching.js';
import type { Finish, Model, PredictContext, TensorModel } from '../../model/model.js';
import { microsSince } from '../../model/run-queue.js';
import { isOptional } from '../../model/tensor/signature.js';
import { commonRows, joinRows } from '../../model/tensor/tensor-rows.js';
import type { Protocol, Reply, TensorExchange } from '../protocol.js';
import { RowCost } from './row-cost.js';
import { SliceHelper } from './slice-helper.js';
import type { Part } from './slice-message.js';
import { type SlicedEnd, type SlicedRequest, SlicedRun } from './sliced-run.js';

/** What is known of a model that may be sliced. */
type Sliceable = { readonly cost: RowCost; readonly optional: readonly string[] };

/** A request that may run in slices. */
export type Candidate = {
  /** On the link. */
  readonly id: number;
  readonly protocol: Protocol;
  readonly exchange: TensorExchange;
  readonly model: TensorModel;
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
      if (!mayBeSliced(model)) continue;
      const optional = model.signature.inputs.filter(isOptional).map(({ name }) => name);
      this.#models.set(model, { cost: new RowCost(model.allowedBatchSizes?.at(-1)), optional });
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

  /** Whether it is large enough, and its rows are rows. */
  isWorthSlicing(model: Model, { rows, inputs }: TensorExchange): boolean {
    if (rows === 1) return false;
    const known = this.#models.get(model);
    if (known?.cost.isWorthSlicing(rows) !== true) return false;
    return (
      known.optional.every((name) => inputs[name] === undefined) && commonRows(inputs) === rows
    );
  }

  /** Runs it; calls `finish` exactly once. */
  run(candidate: Candidate, finish: Finish<MakeReply>): void {
    const { id, model, exchange, partContext: context, protocol } = candidate;
    const { inputs, rows, parts } = exchange;
    const known = this.#models.get(model);
    if (known === undefined) {
      runWhole(candidate, 0, finish);
      return;
    }
    const startedAt = performance.now();
    const writer = parts && { protocol, form: parts.form };
    const { requestId } = context;
    const request: SlicedRequest = { id, requestId, model, inputs, rows, writer, context };
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
    const { model, exchange } = candidate;
    if (end.kind === 'done') {
      finish(undefined, () => joined(exchange, end.parts), micros);
    } else if (end.kind === 'abandoned') {
      finish(abandoned(), undefined, micros);
    } else {
      if (end.kind === 'notRows') this.#models.delete(model);
      const error = end.kind === 'failed' ? end.error : undefined;
      if (model.isRetryable) runWhole(candidate, micros, finish);
      else finish(error ?? onlyOnce(model), undefined, micros);
    }
  }
}

function joined(exchange: TensorExchange, parts: readonly Part[]): Reply {
  const { parts: form, rows } = exchange;
  const [first] = parts;
  if (form !== undefined && first !== undefined) {
    const texts = parts.map((part) => part.texts ?? []);
    return form.joined(texts, first.outputs, rows);
  }
  const outputs = parts.map((part) => part.outputs);
  return exchange.reply(joinRows(outputs, rows));
}

/**
 * What fails in parts is run as a whole, so that the client is told what it would have been told
 * without them: of the row that it sent, and not of a row of some part.
 */
function runWhole(
  { model, exchange, context }: Candidate,
  before: number,
  finish: Finish<MakeReply>,
): void {
  model.run(exchange.inputs, context, (error, outputs, runMicros) => {
    const make = outputs === undefined ? undefined : () => exchange.reply(outputs);
    finish(error, make, before + runMicros);
  });
}

/** Known to compute row by row, or said to; unless it is said not to be divided. */
function mayBeSliced(model: Model): model is TensorModel {
  if (model.kind !== 'tensors' || model.isStreaming === true) return false;
  const isKnown = model.isRowWise === true || batchingOf(model) !== undefined;
  return (model.dataParallel ?? isKnown) && hasRows(model.signature);
}

function abandoned(): RequestError {
  return new RequestError('CLIENT_CLOSED_REQUEST', 'the client left');
}

function onlyOnce({ name }: TensorModel): RequestError {
  const problem = 'failed in a part of the rows, and may not run twice (retry)';
  return new RequestError('MODEL_ERROR', `model "${name}" ${problem}`);
}
