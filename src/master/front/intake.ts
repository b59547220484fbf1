import type { IncomingMessage } from 'node:http';
import { type ErrorCode, RequestError } from '../../errors.js';
import type { Admission } from '../../queue/admission/admission.js';
import type { ClientRequest } from '../client-request.js';
import { type Answers, rawError } from './answers.js';
import { BodyPieces } from './body-pieces.js';

/** An unread rest up to this size is read and thrown away, so that the connection can be kept. */
const DISCARD_BYTES = 1024 * 1024;

/** What follows on the connection cannot be told from the rest, or would be late, too. */
const ENDS_CONNECTION: ReadonlySet<ErrorCode> = new Set(['BAD_REQUEST', 'REQUEST_TIMEOUT']);

export type IntakePorts = {
  readonly maxBodyBytes: number;
  /** What sets that bound, for the message. */
  readonly limitName: string;
  readonly admission: Pick<Admission, 'reserve' | 'grow' | 'enter'>;
  /** Why its body need not be read, by all else that its head says. */
  refusal?(request: ClientRequest): RequestError | undefined;
  submit(request: ClientRequest): void;
  now(): number;
};

/**
 * Reads bodies whole before anything is queued, so that a slow client never
 * holds a worker. Memory is reserved before it is used: by Content-Length, or
 * chunk by chunk.
 */
export class Intake {
  readonly #answers: Answers;
  readonly #ports: IntakePorts;

  constructor(answers: Answers, ports: IntakePorts) {
    this.#answers = answers;
    this.#ports = ports;
  }

  read(message: IncomingMessage, request: ClientRequest, expectsContinue: boolean): void {
    const declared = request.declaredBytes;
    request.restBytes = declared ?? Number.POSITIVE_INFINITY;
    request.awaitsContinue = expectsContinue;
    const refusal = this.#admit(request, declared ?? 0);
    if (refusal !== undefined) {
      this.refuse(message, request, refusal);
      return;
    }
    if (expectsContinue) request.response.writeContinue();
    request.awaitsContinue = false;
    if (declared === 0) this.#submit(message, request);
    else if (declared === undefined) this.#readChunked(message, request);
    else this.#readDeclared(message, request);
  }

  /** Refuses a request by its head, before anything of its body is read. */
  turnAway(
    message: IncomingMessage,
    request: ClientRequest,
    expectsContinue: boolean,
    error: RequestError,
  ): void {
    request.restBytes = request.declaredBytes ?? Number.POSITIVE_INFINITY;
    request.awaitsContinue = expectsContinue;
    this.refuse(message, request, error);
  }

  /** Answers a request whose body may not have been read, and keeps the connection where that is cheap. */
  refuse(message: IncomingMessage, request: ClientRequest, error: RequestError): void {
    request.body = [];
    const isCheap = request.restBytes <= DISCARD_BYTES && !request.awaitsContinue;
    if (isCheap && !ENDS_CONNECTION.has(error.code)) {
      message.removeAllListeners('data');
      this.#answers.error(request, error); // node:http reads the rest and throws it away
      return;
    }
    const { requestId, method, crossOrigin } = request;
    const raw = rawError(error, requestId, method, crossOrigin);
    this.#answers.writtenRaw(request, error, raw.length);
    request.connection.endWith(raw, request.response);
    message.removeAllListeners('data');
    message.resume();
  }

  /** By the head alone: a full queue or a body that is too large costs no byte of memory. */
  #admit(request: ClientRequest, declaredBytes: number): RequestError | undefined {
    const { maxBodyBytes, limitName, admission } = this.#ports;
    if (declaredBytes > maxBodyBytes) return tooLarge(maxBodyBytes, limitName, `${declaredBytes}`);
    const refusal =
      this.#ports.refusal?.(request) ?? admission.reserve(declaredBytes, this.#ports.now());
    if (refusal === undefined) request.bytes = declaredBytes;
    return refusal;
  }

  #readDeclared(message: IncomingMessage, request: ClientRequest): void {
    let pieces: BodyPieces | undefined;
    message.on('data', (chunk: Buffer) => {
      pieces = take(request, chunk, pieces);
      request.restBytes -= chunk.length;
      if (request.restBytes === 0) this.#submit(message, request);
    });
  }

  #readChunked(message: IncomingMessage, request: ClientRequest): void {
    let pieces: BodyPieces | undefined;
    message.on('data', (chunk: Buffer) => {
      const refusal = this.#grow(request, chunk.length);
      if (refusal === undefined) pieces = take(request, chunk, pieces);
      else this.refuse(message, request, refusal);
    });
    message.on('end', () => {
      request.restBytes = 0;
      if (request.isAnswered) return;
      this.#submit(message, request);
    });
  }

  #grow(request: ClientRequest, bytes: number): RequestError | undefined {
    const { maxBodyBytes, limitName, admission } = this.#ports;
    if (request.bytes + bytes > maxBodyBytes) return tooLarge(maxBodyBytes, limitName, 'more');
    const refusal = admission.grow(bytes, this.#ports.now());
    if (refusal === undefined) request.bytes += bytes;
    return refusal;
  }

  /** The queue may have filled up while the body came. */
  #submit(message: IncomingMessage, request: ClientRequest): void {
    const refusal = this.#ports.admission.enter(this.#ports.now());
    if (refusal === undefined) this.#ports.submit(request);
    else this.refuse(message, request, refusal);
  }
}

/** A body in one piece, as nearly all are, costs nothing more. */
function take(
  request: ClientRequest,
  chunk: Buffer,
  pieces: BodyPieces | undefined,
): BodyPieces | undefined {
  if (pieces === undefined && request.body.length === 0) {
    request.body.push(chunk);
    return undefined;
  }
  const gathered = pieces ?? new BodyPieces(request);
  gathered.add(chunk);
  return gathered;
}

function tooLarge(maxBodyBytes: number, limitName: string, got: string): RequestError {
  return new RequestError(
    'BODY_TOO_LARGE',
    `expected a body of at most ${maxBodyBytes} bytes (${limitName}), got ${got}`,
  );
}
