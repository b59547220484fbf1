import { RequestError } from '../../errors.js';
import type { Finish, Model, PredictContext } from '../model.js';
import { clientLeft, modelError } from '../model-error.js';
import { shapeFault } from '../signature/spec-fit.js';
import { rowsToTensors, tensorsToRows } from '../tensor/row-values.js';
import type { Tensor, Tensors } from '../tensor/tensor.js';
import type { Wire, WiredStep, Wiring } from './pipeline-wiring.js';

/** A step with the model that runs it. */
export type Stage = {
  /** `step 2 (model "digits")`. */
  readonly title: string;
  readonly model: Model;
  readonly wired: WiredStep;
  /** A module of the pipeline's own: what it refuses is the client's fault, as its author knows. */
  readonly isOwn: boolean;
};

/** How a pipeline runs, the same for all requests. */
export type Stages = Pick<Wiring, 'inputs' | 'outputs' | 'slots'> & {
  readonly name: string;
  readonly stages: readonly Stage[];
};

/**
 * One request on its way through the steps, without another trip through any queue:
 * a step runs when the one before has finished, at once where that was synchronous.
 */
export class PipelineRun<T extends Tensors | readonly unknown[]> {
  readonly #plan: Stages;
  readonly #context: PredictContext;
  readonly #finish: Finish<T>;
  readonly #result: (run: PipelineRun<T>) => T;
  readonly #values: (Tensor | undefined)[];
  #rows: readonly unknown[] = [];
  #runMicros = 0;

  /** @param result what is made of the run when the last step has finished */
  constructor(
    plan: Stages,
    context: PredictContext,
    finish: Finish<T>,
    result: (run: PipelineRun<T>) => T,
  ) {
    this.#plan = plan;
    this.#context = context;
    this.#finish = finish;
    this.#result = result;
    this.#values = new Array<Tensor | undefined>(plan.slots).fill(undefined);
  }

  onTensors(inputs: Tensors): void {
    for (const { name, slot } of this.#plan.inputs) this.#values[slot] = inputs[name];
    this.#runStage(0);
  }

  onRows(instances: readonly unknown[]): void {
    this.#rows = instances;
    if (this.#plan.inputs.length === 0) {
      this.#runStage(0);
      return;
    }
    try {
      const specs = this.#plan.inputs.map(({ spec }) => spec);
      const origin = { code: 'INVALID_INPUT', title: '', root: 'instances' } as const;
      this.onTensors(rowsToTensors(instances, specs, origin));
    } catch (error) {
      this.#end(modelError(this.#plan.name, error));
    }
  }

  /** The outputs, after the last step. */
  get outputs(): Tensors {
    return this.#tensorsOf(this.#plan.outputs);
  }

  /** The outputs as rows, after the last step. */
  get rows(): readonly unknown[] {
    return this.#plan.outputs.length === 0 ? this.#rows : tensorsToRows(this.outputs, '');
  }

  #runStage(index: number): void {
    const stage = this.#plan.stages[index];
    if (stage === undefined) {
      this.#end(undefined);
    } else if (this.#context.isAbandoned) {
      this.#end(clientLeft());
    } else {
      try {
        this.#begin(stage, index);
      } catch (error) {
        this.#end(modelError(this.#plan.name, error));
      }
    }
  }

  #begin(stage: Stage, index: number): void {
    const { model } = stage;
    const context = this.#contextOf(index);
    if (model.kind === 'instances') {
      model.run(this.#rowsFor(stage), context, (error, rows, runMicros) => {
        if (rows !== undefined) this.#rows = rows;
        this.#went(stage, index, error, rows !== undefined, runMicros);
      });
      return;
    }
    model.run(this.#inputsFor(stage, index), context, (error, outputs, runMicros) => {
      for (const { name, slot } of stage.wired.gives) this.#values[slot] = outputs?.[name];
      this.#went(stage, index, error, outputs !== undefined, runMicros);
    });
  }

  #went(
    stage: Stage,
    index: number,
    error: RequestError | undefined,
    hasResult: boolean,
    runMicros: number,
  ): void {
    this.#runMicros += runMicros;
    if (error !== undefined) this.#end(stepError(stage, error));
    else if (hasResult) this.#runStage(index + 1);
    // All of it has gone to the client, piece by piece.
    else this.#finish(undefined, undefined, this.#runMicros);
  }

  #rowsFor({ title, wired }: Stage): readonly unknown[] {
    if (wired.takes.length === 0) return this.#rows;
    return tensorsToRows(this.#tensorsOf(wired.takes), `${title}: `);
  }

  #inputsFor({ title, wired }: Stage, index: number): Tensors {
    const inputs = this.#tensorsOf(wired.takes);
    for (const { name, spec, isClients } of wired.takes) {
      const tensor = inputs[name];
      if (tensor === undefined || isClients) continue;
      const fault = shapeFault(tensor, spec);
      if (fault === undefined) continue;
      throw new RequestError('MODEL_ERROR', `${title}: its input "${name}" ${fault}`);
    }
    if (wired.fromRows.length === 0) return inputs;
    const before = this.#plan.stages[index - 1]?.title ?? '';
    const origin = { code: 'MODEL_ERROR', title: `${before}: `, root: 'predictions' } as const;
    return { ...inputs, ...rowsToTensors(this.#rows, wired.fromRows, origin) };
  }

  /** What is absent, such as an optional input, stays absent. */
  #tensorsOf(wires: readonly Wire[]): Tensors {
    const tensors: Record<string, Tensor> = {};
    for (const { name, slot } of wires) {
      const tensor = this.#values[slot];
      if (tensor !== undefined) tensors[name] = tensor;
    }
    return tensors;
  }

  /** Only the last step may answer piece by piece: others need what came before as a whole. */
  #contextOf(index: number): PredictContext {
    const { takePiece } = this.#context;
    if (takePiece === undefined) return this.#context;
    const { stages, outputs } = this.#plan;
    if (index < stages.length - 1) return new StepContext(this.#context, undefined);
    if (outputs.length === 0) return this.#context;
    const gives = stages[index]?.wired.gives ?? [];
    const names = outputs.flatMap(({ name, slot }) => {
      const given = gives.find((wire) => wire.slot === slot);
      return given === undefined ? [] : [{ name, given: given.name }];
    });
    if (names.length < outputs.length) return new StepContext(this.#context, undefined);
    return new StepContext(this.#context, (piece) => {
      const given = piece as Tensors;
      return takePiece(
        Object.fromEntries(names.map(({ name, given: own }) => [name, given[own] as Tensor])),
      );
    });
  }

  #end(error: RequestError | undefined): void {
    let fault = error;
    let result: T | undefined;
    try {
      if (fault === undefined) result = this.#result(this);
    } catch (cause) {
      fault = modelError(this.#plan.name, cause);
    }
    this.#finish(fault, result, this.#runMicros);
  }
}

/** An input that the client did not send is not the client's fault. */
function stepError({ title, wired, isOwn }: Stage, error: RequestError): RequestError {
  if (error.code === 'CLIENT_CLOSED_REQUEST') return error;
  const isClients = wired.takesClients || isOwn;
  const code = error.code === 'INVALID_INPUT' && !isClients ? 'MODEL_ERROR' : error.code;
  return new RequestError(code, `${title}: ${error.message}`, { cause: error.cause ?? error });
}

/** The request's context, but for where pieces of a reply go. */
class StepContext implements PredictContext {
  readonly takePiece: PredictContext['takePiece'];
  readonly #whole: PredictContext;

  constructor(whole: PredictContext, takePiece: PredictContext['takePiece']) {
    this.#whole = whole;
    this.takePiece = takePiece;
  }

  get requestId(): string {
    return this.#whole.requestId;
  }

  get signal(): AbortSignal {
    return this.#whole.signal;
  }

  get isAbandoned(): boolean {
    return this.#whole.isAbandoned;
  }

  waits(): void {
    this.#whole.waits?.();
  }
}
