/** One part of a request's rows, run and written: the same whoever does it. */
import { performance } from 'node:perf_hooks';
import type { RequestError } from '../../errors.js';
import type { PredictContext, TensorModel } from '../../model/model.js';
import { microsSince } from '../../model/run-queue.js';
import type { Tensors } from '../../model/tensor/tensor.js';
import { commonRows } from '../../model/tensor/tensor-rows.js';
import { toRequestError } from '../error-handler.js';
import type { Protocol } from '../protocol.js';
import { type Part, shapesOf } from './slice-message.js';

/** How the outputs of a part are written; undefined: they stay as they are. */
export type PartWriter = { readonly protocol: Protocol; readonly form: string } | undefined;

/** `notRows`: the outputs are no rows, one for each of the inputs. */
export type PartOutcome = Part | 'notRows' | RequestError;

/** Calls `done` exactly once. */
export function runPart(
  model: TensorModel,
  inputs: Tensors,
  rows: number,
  writer: PartWriter,
  context: PredictContext,
  done: (outcome: PartOutcome) => void,
): void {
  model.run(inputs, context, (error, outputs, runMicros) => {
    if (error !== undefined) done(error);
    else if (outputs === undefined || commonRows(outputs) !== rows) done('notRows');
    else if (writer === undefined) done({ outputs, texts: undefined, micros: runMicros });
    else done(written(model, outputs, rows, writer, runMicros));
  });
}

function written(
  { signature }: TensorModel,
  outputs: Tensors,
  rows: number,
  { protocol, form }: NonNullable<PartWriter>,
  runMicros: number,
): PartOutcome {
  const startedAt = performance.now();
  try {
    const texts = protocol.writePart(form, outputs, rows, signature);
    const bytes = texts.map((text) => Buffer.from(text));
    const micros = runMicros + microsSince(startedAt);
    return { outputs: shapesOf(outputs), texts: bytes, micros };
  } catch (cause) {
    return toRequestError(cause);
  }
}
