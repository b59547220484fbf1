/** One part of a request's rows, run and written: the same whoever does it. */
import { performance } from 'node:perf_hooks';
import type { RequestError } from '../../errors.js';
import type { PredictContext } from '../../model/model.js';
import { microsSince } from '../../model/run-queue.js';
import type { Tensors } from '../../model/tensor/tensor.js';
import { commonRows } from '../../model/tensor/tensor-rows.js';
import { toRequestError } from '../error-handler.js';
import type { Protocol } from '../protocol.js';
import type { InstanceWork, RowWork, TensorWork } from './row-work.js';
import { type Part, shapesOf } from './slice-message.js';

/** How the outputs of a part are written; undefined: they stay as they are. */
export type PartWriter = { readonly protocol: Protocol; readonly form: string } | undefined;

/** `notRows`: what came out is no rows, one for each that went in. */
export type PartOutcome = Part | 'notRows' | RequestError;

type Done = (outcome: PartOutcome) => void;

/** Calls `done` exactly once. */
export function runPart(
  work: RowWork,
  writer: PartWriter,
  context: PredictContext,
  done: Done,
): void {
  if (work.kind === 'tensors') runTensors(work, writer, context, done);
  else runInstances(work, writer, context, done);
}

function runTensors(
  { model, inputs, rows }: TensorWork,
  writer: PartWriter,
  context: PredictContext,
  done: Done,
): void {
  model.run(inputs, context, (error, outputs, micros) => {
    if (error !== undefined) done(error);
    else if (outputs === undefined || commonRows(outputs) !== rows) done('notRows');
    else if (writer === undefined) done({ rows, outputs, texts: undefined, micros });
    else {
      const { protocol, form } = writer;
      const write = () => protocol.writePart(form, outputs, rows, model.signature);
      done(written(rows, shapesOf(outputs), micros, write));
    }
  });
}

/** The model itself has seen to it that there is one prediction for each instance. */
function runInstances(
  { model, instances, rows }: InstanceWork,
  writer: PartWriter,
  context: PredictContext,
  done: Done,
): void {
  model.run(instances, context, (error, predictions, micros) => {
    const write = writer?.protocol.writePredictions;
    if (error !== undefined) done(error);
    else if (predictions?.length !== rows || write === undefined) done('notRows');
    else done(written(rows, {}, micros, () => write(predictions, model.name)));
  });
}

function written(
  rows: number,
  outputs: Tensors,
  runMicros: number,
  write: () => readonly string[],
): PartOutcome {
  const startedAt = performance.now();
  try {
    const texts = write().map((text) => Buffer.from(text));
    return { rows, outputs, texts, micros: runMicros + microsSince(startedAt) };
  } catch (cause) {
    return toRequestError(cause);
  }
}
