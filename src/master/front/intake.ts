import { type ErrorCode, RequestError } from '../../errors.js';
import type { Admission } from '../../queue/admission/admission.js';
import type { ClientRequest } from '../client-request.js';
import type { Answers } from './answers.js';
import { BodyPieces } from './body-pieces.js';
import { rawError } from './raw-answer.js';

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

  /**
   * Takes a request by its head.
   *
   * @returns whether it has a body that is wanted: its pieces go to `take`
   */
  begin(request: ClientRequest, expectsContinue: boolean): boolean {
    const { declaredBytes } = request;
    request.restBytes = declaredBytes ?? Number.POSITIVE_INFINITY;
    request.awaitsContinue = expectsContinue;
    const refusal = this.#admit(request, declaredBytes ?? 0);
    if (refusal !== undefined) {
      this.refuse(request, refusal);
      return false;
    }
    if (expectsContinue) request.outlet.sendContinue();
    request.awaitsContinue = false;
    if (declaredBytes !== 0) return true;
    this.#submit(request);
    return false;
  }

  /** The next piece of its body; once the request is answered, it is thrown away. */
  take(request: ClientRequest, piece: Buffer): void {
    if (request.isAnswered) return;
    const isChunked = request.declaredBytes === undefined;
    const refusal = isChunked ? this.#grow(request, piece.length) : undefined;
    if (refusal !== undefined) {
      this.refuse(request, refusal);
      return;
    }
    keep(request, piece);
    request.restBytes -= piece.length;
    if (request.restBytes === 0) this.#submit(request);
  }

  /** A body of no announced length is whole. */
  end(request: ClientRequest): void {
    if (request.declaredBytes !== undefined) return;
    request.restBytes = 0;
    if (!request.isAnswered) this.#submit(request);
  }

  /** Refuses a request by its head, before anything of its body is read. */
  turnAway(request: ClientRequest, expectsContinue: boolean, error: RequestError): void {
    request.restBytes = request.declaredBytes ?? Number.POSITIVE_INFINITY;
    request.awaitsContinue = expectsContinue;
    this.refuse(request, error);
  }

  /** Answers a request whose body may not have been read, and keeps the connection where that is cheap. */
  refuse(request: ClientRequest, error: RequestError): void {
    request.body = [];
    request.pieces = undefined;
    const isCheap = request.restBytes <= DISCARD_BYTES && !request.awaitsContinue;
    if (isCheap && !ENDS_CONNECTION.has(error.code)) {
      this.#answers.error(request, error);
      request.outlet.discardBody();
      return;
    }
    const { requestId, method, crossOrigin, outlet } = request;
    const raw = rawError(error, requestId, method, crossOrigin);
    this.#answers.writtenRaw(request, error, raw.length);
    request.connection.endWith(raw, outlet);
    outlet.discardBody();
  }

  /** By the head alone: a full queue or a body that is too large costs no byte of memory. */
  #admit(request: ClientRequest, declaredBytes: number): RequestError | undefined {
    const { maxBodyBytes, limitName, admission } = this.#ports;
    if (declaredBytes > maxBodyBytes) return tooLarge(maxBodyBytes, limitName, `${declaredBytes}`);
    const refusal =
      this.#ports.refusal?.(request) ?? admission.reserve(declaredBytes, request.arrivedAtMs);
    if (refusal === undefined) request.bytes = declaredBytes;
    return refusal;
  }

  #grow(request: ClientRequest, bytes: number): RequestError | undefined {
    const { maxBodyBytes, limitName, admission } = this.#ports;
    if (request.bytes + bytes > maxBodyBytes) return tooLarge(maxBodyBytes, limitName, 'more');
    const refusal = admission.grow(bytes, this.#ports.now());
    if (refusal === undefined) request.bytes += bytes;
    return refusal;
  }

  /** The queue may have filled up while the body came. */
  #submit(request: ClientRequest): void {
    request.pieces = undefined;
    const refusal = this.#ports.admission.enter(this.#ports.now());
    if (refusal === undefined) this.#ports.submit(request);
    else this.refuse(request, refusal);
  }
}

/** A body in one piece, as nearly all are, costs nothing more. */
function keep(request: ClientRequest, piece: Buffer): void {
  if (request.pieces === undefined && request.body.length === 0) {
    request.body.push(piece);
    return;
  }
  request.pieces ??= new BodyPieces(request);
  request.pieces.add(piece);
}

function tooLarge(maxBodyBytes: number, limitName: string, got: string): RequestError {
  return new RequestError(
    'BODY_TOO_LARGE',
    `expected a body of at most ${maxBodyBytes} bytes (${limitName}), got ${got}`,
  );
}
