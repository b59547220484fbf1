/** The one way of every prediction, whatever its protocol. */
import { RequestError } from '../../errors.js';
import type { FrameFigures } from '../../link/frames/frame.js';
import { NO_FACTS, noteFacts, type ReplyFacts } from '../../link/frames/reply-facts.js';
import { linkIdOf } from '../../link/server/link-id.js';
import { runBegan, runEnded } from '../../link/server/run-watch.js';
import type { InstancesModel, Model, TensorModel } from '../../model/model.js';
import { microsSince } from '../../model/run-queue.js';
import { decodedBody } from '../body/body-decoding.js';
import { encodedReply } from '../body/reply-encoding.js';
import { toRequestError } from '../error-handler.js';
import type { Body, PieceForm, Protocol, Reply } from '../protocol.js';
import type { Asked, Slicer } from '../slices/slicer.js';
import type { WorkerLog } from '../worker-log.js';
import type { Call } from './call.js';
import { type PieceTaker, RequestContext, type RunObserver } from './request-context.js';
import { streamFormOf } from './stream-form.js';
import { JoinedReply, type PieceReply, StreamedReply } from './streamed-reply.js';

/** What all requests of a route have in common. */
export type InferenceRoute = {
  /** The route as logs and metrics name it. */
  readonly label: string;
  readonly protocol: Protocol;
} & InferenceOptions;

/** What all routes have in common. */
export type InferenceOptions = {
  readonly log: WorkerLog;
  /** Of a body without its content encoding. */
  readonly maxBodyBytes: number;
  /** Told of each run that has returned a promise or a stream. */
  readonly runWaits?: ((model: Model) => void) | undefined;
  /** Cuts large requests into slices; absent: nobody is there to help with them. */
  readonly slicer?: Slicer | undefined;
};

/** Makes the reply of a result. */
type Replying<T> = { reply(result: T): Reply; readonly isAscii?: boolean };

/** One request on its way: read → run → replied, or failed from any of them. */
export class Inference implements PieceTaker, RunObserver {
  readonly #route: InferenceRoute;
  readonly #call: Call;
  #model: Model | undefined;
  /** When it came, and when its body had been read. */
  readonly #startedAt = performance.now();
  #readAt = 0;
  #ownRows = 0;
  #batchRows = 0;
  #runMicros = 0;
  #outputMicros = 0;
  /**
   * How the protocol writes the pieces of a streamed reply, and where they go once there are some.
   */
  #form: PieceForm<never> | undefined = undefined;
  #pieces: PieceReply | undefined = undefined;

  constructor(route: InferenceRoute, call: Call) {
    this.#route = route;
    this.#call = call;
  }

  /** @param model the one to run, or why there is none */
  start(model: Model | RequestError): void {
    try {
      if (model instanceof RequestError) throw model;
      this.#model = model;
      const body = this.#body();
      if (model.kind === 'tensors') this.#runTensors(model, body);
      else this.#runInstances(model, body);
    } catch (error) {
      this.#fail(error);
    }
  }

  #body(): Body {
    const { headers } = this.#call;
    const encoding = headers['content-encoding'];
    const bytes = decodedBody(this.#call.body, encoding, this.#route.maxBodyBytes);
    return { bytes, headers };
  }

  #runTensors(model: TensorModel, body: Body): void {
    const exchange = this.#route.protocol.readTensors(body, model);
    this.#hasRead(exchange.rows);
    const context = this.#context(exchange.pieces);
    const { rows } = exchange;
    if (rows > 1 && this.#runInSlices({ kind: 'tensors', model, exchange }, body, context)) return;
    model.run(exchange.inputs, context, (error, outputs, runMicros, batchRows) => {
      if (rows > 1) this.#route.slicer?.ran(model, rows, runMicros);
      if (batchRows !== undefined) this.#batchRows = batchRows;
      this.#finish(error, outputs, runMicros, exchange);
    });
  }

  /** False where slices do not pay. Only over the link are there workers that could help. */
  #runInSlices(asked: Asked, body: Body, context: RequestContext): boolean {
    const { slicer, protocol } = this.#route;
    if (slicer?.isWorthSlicing(asked) !== true) return false;
    const id = linkIdOf(this.#call.raw);
    if (id === undefined) return false;
    const partContext = new RequestContext(this.#call, undefined, this);
    const candidate = { id, asked, body, context, partContext, protocol };
    slicer.run(candidate, (error, make, runMicros) => {
      this.#finish(error, make, runMicros, { reply: (makeReply) => makeReply() });
    });
    return true;
  }

  #runInstances(model: InstancesModel, body: Body): void {
    const exchange = this.#route.protocol.readInstances(body, model);
    const { instances } = exchange;
    const rows = instances.length;
    this.#hasRead(rows);
    const context = this.#context(exchange.pieces);
    if (rows > 1 && this.#runInSlices({ kind: 'instances', model, exchange }, body, context)) {
      return;
    }
    model.run(instances, context, (error, predictions, runMicros) => {
      if (rows > 1) this.#route.slicer?.ran(model, rows, runMicros);
      this.#finish(error, predictions, runMicros, exchange);
    });
  }

  #context(form: PieceForm<never> | undefined): RequestContext {
    this.#form = form;
    runBegan(this.#call.raw);
    return new RequestContext(this.#call, form && this, this);
  }

  #hasRead(rows: number): void {
    this.#readAt = performance.now();
    this.#ownRows = rows;
    this.#batchRows = rows;
  }

  runWaits(): void {
    const { runWaits } = this.#route;
    if (this.#model !== undefined) runWaits?.(this.#model);
  }

  /** A piece of a reply that the model makes bit by bit. */
  takePiece(piece: unknown): Promise<void> | undefined {
    const text = this.#form?.piece(piece as never) ?? 'null';
    this.#pieces ??= this.#beginPieces();
    return this.#pieces.take(text);
  }

  #beginPieces(): PieceReply {
    noteFacts(this.#call.raw, this.#facts());
    const form = streamFormOf(this.#call.headers.accept);
    if (form !== 'whole') return new StreamedReply(this.#call, form);
    return new JoinedReply(this.#call, (pieces) => this.#form?.joined(pieces) ?? '');
  }

  #finish<T>(
    error: RequestError | undefined,
    result: T | undefined,
    runMicros: number,
    exchange: Replying<T>,
  ): void {
    this.#runMicros = runMicros;
    runEnded(this.#call.raw);
    try {
      if (error !== undefined) throw error;
      if (result === undefined) this.#endPieces();
      else this.#send(result, exchange);
    } catch (cause) {
      this.#fail(cause);
    }
  }

  #send<T>(result: T, exchange: Replying<T>): void {
    const runAt = performance.now();
    const accept = this.#call.headers['accept-encoding'];
    const reply = encodedReply(exchange.reply(result), accept);
    this.#outputMicros = microsSince(runAt);
    noteFacts(this.#call.raw, this.#facts());
    if (typeof reply === 'string') this.#call.sendJson(reply, exchange.isAscii === true);
    else this.#call.sendBytes(reply);
  }

  #endPieces(): void {
    this.#pieces ??= this.#beginPieces();
    noteFacts(this.#call.raw, this.#facts());
    this.#pieces.end();
  }

  #fail(cause: unknown): void {
    const error = toRequestError(cause);
    const { log } = this.#route;
    const requestId = this.#call.id;
    if (error.code === 'MODEL_ERROR') {
      log.error({ err: error.cause ?? error, model: this.#model?.name, requestId }, 'model failed');
    } else if (error.code === 'INTERNAL_ERROR') {
      log.error({ err: cause, requestId }, 'request failed unexpectedly');
    }
    // Nobody is there to read it, and Fastify would complain.
    if (this.#call.raw.destroyed) return;
    if (this.#pieces?.hasBegun === true) {
      noteFacts(this.#call.raw, { ...this.#facts(), code: error.code });
      this.#pieces.fail(error);
    } else {
      this.#call.sendError(error, this.#facts());
    }
  }

  #facts(): ReplyFacts {
    const { label } = this.#route;
    if (this.#model === undefined) return { ...NO_FACTS, route: label };
    const { name, version } = this.#model;
    return { route: label, model: name, version, code: '', figures: this.#figures() };
  }

  #figures(): FrameFigures {
    const inputMs = this.#readAt === 0 ? 0 : this.#readAt - this.#startedAt;
    return {
      runMicros: this.#runMicros,
      inputMicros: inputMs * 1000,
      outputMicros: this.#outputMicros,
      rows: this.#batchRows,
      ownRows: this.#ownRows,
    };
  }
}
