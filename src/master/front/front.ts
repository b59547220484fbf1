import { IncomingMessage, type Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Settings } from '../../config/settings.js';
import { RequestError } from '../../errors.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import { ClientRequest } from '../client-request.js';
import type { Claims } from '../trust/claims.js';
import { Handshakes } from '../trust/handshakes.js';
import type { Trust } from '../trust/trust.js';
import { type Answers, rawError } from './answers.js';
import { ArrivalLimits } from './arrival-limits.js';
import { clientError } from './client-error.js';
import { Connection } from './connection.js';
import type { Intake } from './intake.js';
import { type HeadLimits, readHead } from './request-head.js';
import { requestIdMaker } from './request-id.js';
import { makeServer } from './server.js';
import { type EndedClients, StalledClients } from './stalled-clients.js';

export type FrontPorts = {
  /** Answers what the master knows by itself; false: the request is for a worker. */
  answerLocally(request: ClientRequest): boolean;
  /** Who reads the body of a request for the operator's verbs; undefined: the request is like any other. */
  controlIntake(request: ClientRequest): Intake | undefined;
  /** What is held for clients. */
  readonly budget: ByteBudget;
  /** So many clients that stood still were ended, for the memory they held. */
  stalledEnded?(ended: EndedClients): void;
  /** The client is gone; the request is unanswered. */
  left(request: ClientRequest): void;
  now(): number;
};

/**
 * The main port: `node:http` is its parser and the judge of everything unusual.
 * A request is read whole, then submitted; health and metadata are answered
 * here at once.
 */
export class Front {
  readonly #settings: Settings;
  readonly #tls: Trust['tls'];
  readonly #servers: Server[] = [];
  #limits: HeadLimits;
  readonly #trust: Trust;
  readonly #answers: Answers;
  readonly #intake: Intake;
  readonly #ports: FrontPorts;
  readonly #connections = new Map<Duplex, Connection>();
  readonly #handshakes = new Handshakes();
  readonly #stalled: StalledClients;
  /** All that were ended for the memory they held. */
  stalledEnded: EndedClients = { bodies: 0, readers: 0 };
  readonly #arrivalLimits: ArrivalLimits;
  readonly #makeRequestId = requestIdMaker();
  /** Connections over the limit that are not closed yet. */
  #turnedAway = 0;

  constructor(
    settings: Settings,
    trust: Trust,
    answers: Answers,
    intake: Intake,
    ports: FrontPorts,
  ) {
    this.#settings = settings;
    this.#tls = trust.tls;
    this.#trust = trust;
    this.#answers = answers;
    this.#intake = intake;
    this.#ports = ports;
    this.#arrivalLimits = new ArrivalLimits(settings, () => ports.now());
    this.#stalled = new StalledClients({
      bodyTimeoutMs: () => settings.bodyTimeout,
      writeTimeoutMs: () => settings.writeTimeout,
      budget: ports.budget,
      connections: () => this.#connections.values(),
      endBody: (request, error) => intake.refuse(request.response.req, request, error),
      ended: (clients) => this.#stalledEnded(clients),
    });
    this.#limits = headLimits(settings);
  }

  /** A server for one more place to listen: `node:http` enforces timeouts only where it listens itself. */
  newServer(): Server {
    const server = makeServer(this.#settings, this.#tls);
    this.#arrivalLimits.ruleOver(server);
    if (this.#tls !== undefined) this.#handshakes.watch(server);
    const opened = this.#tls === undefined ? 'connection' : 'secureConnection';
    server.on(opened, (socket: Socket) => this.#opened(socket));
    server.on('request', (message, response) => this.#handle(message, response, false));
    server.on('checkContinue', (message, response) => this.#handle(message, response, true));
    server.on('checkExpectation', (message, response) => this.#badExpectation(message, response));
    server.on('connect', (_message, socket) => this.#refuseSocket(socket, CONNECT_REFUSED));
    server.on('clientError', (error: Error, socket) => this.#clientError(error, socket));
    this.#servers.push(server);
    return server;
  }

  /** Settings have changed: open connections, too, are held to the new ones. */
  settingsTaken(): void {
    this.#limits = headLimits(this.#settings);
    for (const server of this.#servers) server.keepAliveTimeout = this.#settings.keepAlive;
  }

  /** To be called some times a second: ends clients that hold memory and do not go on. */
  sweep(nowMs: number): void {
    this.#stalled.sweep(nowMs);
  }

  /** So many bytes are missing in the budget: ends who has long stood still. */
  makeRoom(bytes: number, nowMs: number): void {
    this.#stalled.makeRoom(bytes, nowMs);
  }

  #stalledEnded(clients: EndedClients): void {
    const { bodies, readers } = this.stalledEnded;
    this.stalledEnded = { bodies: bodies + clients.bodies, readers: readers + clients.readers };
    this.#ports.stalledEnded?.(clients);
  }

  get #mostConnections(): number {
    return this.#settings.maxConnections ?? Number.POSITIVE_INFINITY;
  }

  get openConnections(): number {
    return this.#connections.size + this.#handshakes.count;
  }

  /** Closes connections without a request in progress, those that never sent a byte included. */
  closeIdle(): void {
    const connections = [...this.#connections.values()];
    // node:http calls a connection idle once its answer is ended, and would destroy it although
    // the client is still taking that answer. Only it knows whether a next head has begun.
    const release = connections.filter((one) => one.isTaking).map((one) => one.shield());
    for (const server of this.#servers) server.closeIdleConnections();
    for (const unshield of release) unshield();
    this.#handshakes.close();
    for (const { socket } of connections) if (socket.bytesRead === 0) socket.destroy();
  }

  /** The process stood still: what clients did meanwhile has yet to be read, so nobody is late. */
  wasAway(gapMs: number, nowMs: number): void {
    this.#arrivalLimits.extend(gapMs, nowMs);
    for (const { socket } of this.#connections.values()) {
      const { timeout = 0 } = socket;
      if (timeout > 0) socket.setTimeout(timeout); // counts anew
    }
  }

  /** Ends requests that are still being read. */
  refuseArriving(error: RequestError): void {
    for (const [socket, connection] of this.#connections) {
      if (connection.requests.length > 0) this.#refuseSocket(socket, error);
    }
  }

  closeAll(): void {
    for (const server of this.#servers) server.closeAllConnections();
    this.#handshakes.close();
    for (const { socket } of this.#connections.values()) socket.destroy();
  }

  #opened(socket: Socket): void {
    const connection = new Connection(socket);
    this.#connections.set(socket, connection);
    if (this.#connections.size - this.#turnedAway > this.#mostConnections) this.#turnAway(socket);
    socket.once('close', () => {
      this.#connections.delete(socket);
      for (const request of [...connection.requests]) this.#ports.left(request);
    });
  }

  /** Told so, and cut soon: one that waits in the kernel's backlog would know nothing. */
  #turnAway(socket: Socket): void {
    this.#turnedAway += 1;
    socket.once('close', () => {
      this.#turnedAway -= 1;
    });
    this.#refuseSocket(socket, TOO_MANY);
  }

  #handle(message: IncomingMessage, response: ServerResponse, expectsContinue: boolean): void {
    const request = this.#accept(message, response, expectsContinue);
    if (request === undefined) return;
    const preflight = this.#trust.gate.preflight(request);
    if (preflight !== undefined) {
      this.#answers.whole(request, 204, [...preflight], Buffer.alloc(0));
      return;
    }
    if (this.#ports.answerLocally(request)) return;
    const intake = this.#ports.controlIntake(request) ?? this.#intake;
    intake.read(message, request, expectsContinue);
  }

  /** Makes the request's record; undefined when it was refused by its head alone. */
  #accept(
    message: IncomingMessage,
    response: ServerResponse,
    expectsContinue: boolean,
  ): ClientRequest | undefined {
    const connection = this.#connections.get(message.socket);
    if (connection === undefined || connection.isEnding) return undefined;
    const { method = 'GET', url = '/', rawHeaders } = message;
    const nowMs = this.#ports.now();
    const isHttp11 = message.httpVersionMajor === 1 && message.httpVersionMinor === 1;
    const request = new ClientRequest(connection, response, method, isHttp11, nowMs);
    connection.add(request);
    connection.latest = response;
    try {
      const head = readHead(method, url, rawHeaders, isHttp11, this.#limits, this.#makeRequestId);
      request.headIs(head);
      return this.#letIn(message, request, head.claims, expectsContinue);
    } catch (error) {
      request.requestId = this.#makeRequestId();
      request.url = request.path = '-';
      request.restBytes = Number.POSITIVE_INFINITY;
      this.#intake.refuse(message, request, error as RequestError);
      return undefined;
    }
  }

  /** Undefined when it may not come in, and has been told so. */
  #letIn(
    message: IncomingMessage,
    request: ClientRequest,
    claims: Claims | undefined,
    expectsContinue: boolean,
  ): ClientRequest | undefined {
    try {
      this.#trust.gate.pass(request, claims);
      return request;
    } catch (error) {
      this.#intake.turnAway(message, request, expectsContinue, error as RequestError);
      return undefined;
    }
  }

  #badExpectation(message: IncomingMessage, response: ServerResponse): void {
    const request = this.#accept(message, response, false);
    if (request === undefined) return;
    const got = message.headers.expect ?? '';
    const text = `expected "Expect: 100-continue" or none, got "${got.slice(0, 64)}"`;
    this.#intake.refuse(message, request, new RequestError('BAD_REQUEST', text));
  }

  /** What the parser refused, and requests that came too slowly. */
  #clientError(error: Error, socket: Duplex): void {
    this.#refuseSocket(socket, clientError(error));
  }

  #refuseSocket(socket: Duplex, error: RequestError | undefined): void {
    const connection = this.#connections.get(socket);
    if (error === undefined || connection === undefined) {
      socket.destroy();
      return;
    }
    const unread = connection.requests.find((request) => request.restBytes > 0);
    const refused = unread ?? this.#unreadable(connection);
    const raw = rawError(error, refused.requestId, unread?.method);
    // Who never sent a byte asked for nothing; of one connection nothing is read after its end.
    const isAsked =
      unread !== undefined || (connection.socket.bytesRead > 0 && !connection.isEnding);
    if (isAsked) this.#answers.writtenRaw(refused, error, raw.length);
    connection.endWith(raw, unread?.response);
  }

  /** The record of what the parser could not read as a request: it too has an id and is counted. */
  #unreadable(connection: Connection): ClientRequest {
    const response = new ServerResponse(new IncomingMessage(connection.socket));
    const request = new ClientRequest(connection, response, '-', false, this.#ports.now());
    request.requestId = this.#makeRequestId();
    return request;
  }
}

const CONNECT_REFUSED = new RequestError(
  'BAD_REQUEST',
  'CONNECT is not supported: this is no proxy',
);

/** One that has been refused is cut soon, so the wait is short. */
const TOO_MANY = new RequestError(
  'TOO_MANY_CONNECTIONS',
  'as many clients are connected as --max-connections allows',
  { headers: { 'retry-after': '1' } },
);

function headLimits(settings: Settings): HeadLimits {
  return {
    lineBytes: settings.limitRequestLine,
    fields: settings.limitRequestFields,
    fieldBytes: settings.limitRequestFieldSize,
  };
}
