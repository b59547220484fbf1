import type { ErrorCode } from '../errors.js';
import type { ClientFacts } from '../link/frames/client-facts.js';
import type { FrameFigures } from '../link/frames/frame.js';
import { RequestLines } from '../link/frames/request-lines.js';
import type { FinishedRequest } from '../observe/finished-request.js';
import { ANY_WORKER, Queued } from '../queue/request.js';
import type { BodyPieces } from './front/body-pieces.js';
import type { Connection } from './front/connection.js';
import type { Outlet, WholeReply } from './front/outlet.js';
import type { RequestHead } from './front/request-head.js';
import type { ServingWorker } from './serving-worker.js';

/** Label of what no route or model of ours was: clients must not invent label values. */
export const OTHER = 'other';

const NO_HEADERS: readonly string[] = [];

let arrivals = 0;

/**
 * A client's request from its head to its answer: one object for the front,
 * the queue, the link and the log, so that a request costs one allocation.
 */
export class ClientRequest extends Queued implements FinishedRequest {
  readonly arrival: number;
  readonly connection: Connection;
  /** Who asks: the connection's other end, or whom a trusted proxy names. */
  client: ClientFacts;
  /** It came through a proxy, whether that is trusted or not. */
  isForwarded = false;
  /** Headers that let the web page it comes from read the answer, or that tell caches so. */
  crossOrigin: readonly string[] | undefined = undefined;
  /** Where its answer goes. */
  readonly outlet: Outlet;
  readonly method: string;
  readonly arrivedAtMs: number;
  requestId = '-';
  /** Path and query. */
  url = '-';
  path = '-';
  /** Flat list for the worker, without its id and the length of its body. */
  headers: readonly string[] = NO_HEADERS;
  #lines: RequestLines | undefined = undefined;
  /** It came with a length, or in chunks: its worker is told the length. */
  hasLength = false;
  /** As its head says; 0 without a body, undefined when it comes in chunks. */
  declaredBytes: number | undefined = 0;
  /** Body chunks as they came; kept until the answer, so that the request can run again. */
  body: Buffer[] = [];
  /** Gathers the pieces while there are many. */
  pieces: BodyPieces | undefined = undefined;
  bytes = 0;
  /** What is still to come of the body; Infinity when nobody knows. */
  restBytes = 0;
  /** The client waits for a `100 Continue` before it sends its body. */
  awaitsContinue = false;

  key: string = ANY_WORKER;
  group: string = OTHER;
  isRetryable = true;
  timeoutMs = 0;
  queueDeadlineMs = 0;
  clientTimeoutMs: number | undefined = undefined;
  streamTimeoutMs: number | undefined = undefined;

  /** The headers of its answer, unless that is a worker's reply. */
  answerHeaderList: readonly string[] = NO_HEADERS;
  /** The worker's reply that is its answer. */
  reply: WholeReply | undefined = undefined;

  isAnswered = false;
  status = 0;
  code: ErrorCode | undefined = undefined;
  route: string = OTHER;
  model: string = OTHER;
  version = '';
  /** What its worker told of the run; undefined when none replied. */
  figures: FrameFigures | undefined = undefined;
  /** The worker that has it, or had it last. */
  worker: ServingWorker | undefined = undefined;
  totalMs = 0;
  bytesOut = 0;

  constructor(
    connection: Connection,
    outlet: Outlet,
    method: string,
    isHttp11: boolean,
    nowMs: number,
  ) {
    super();
    arrivals += 1;
    this.arrival = arrivals;
    this.connection = connection;
    this.client = isHttp11 ? connection.client : connection.client10;
    this.outlet = outlet;
    this.method = method;
    this.arrivedAtMs = nowMs;
  }

  /** The lines that its worker gets: those of the head as it came, unless something was changed. */
  get lines(): RequestLines {
    const { method, url, headers } = this;
    const lines = this.#lines;
    if (lines !== undefined && lines.headers === headers && lines.url === url) return lines;
    this.#lines = new RequestLines(method, url, headers);
    return this.#lines;
  }

  /** Takes what its head says. */
  headIs(head: RequestHead, declaredBytes: number | undefined): void {
    this.url = head.lines.url;
    this.path = head.path;
    this.headers = head.lines.headers;
    this.#lines = head.lines;
    this.hasLength = head.hasLength;
    this.declaredBytes = declaredBytes;
    this.clientTimeoutMs = head.clientTimeoutMs;
  }

  /** Flat list, for the access log; empty when there was no answer, or a raw one. */
  get answerHeaders(): readonly string[] {
    const { reply } = this;
    if (reply === undefined) return this.answerHeaderList;
    return [...reply.lines.headersWith(reply.contentLength), 'x-request-id', this.requestId];
  }

  get bytesIn(): number {
    return this.bytes;
  }

  get rows(): number {
    return this.figures?.rows ?? 0;
  }

  get runMs(): number | undefined {
    return this.figures === undefined ? undefined : this.figures.runMicros / 1000;
  }

  get slot(): number | undefined {
    return this.worker?.slot;
  }

  get queueMs(): number | undefined {
    return this.dispatches === 0 ? undefined : this.waitedMs;
  }

  get protocol(): string {
    return this.client.isHttp10 ? 'HTTP/1.0' : 'HTTP/1.1';
  }

  get remoteAddress(): string | undefined {
    return this.client.address || undefined;
  }
}
