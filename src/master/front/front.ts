import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Settings } from '../../config/settings.js';
import { RequestError } from '../../errors.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import type { ClientRequest } from '../client-request.js';
import { Handshakes } from '../trust/handshakes.js';
import type { Trust } from '../trust/trust.js';
import type { Answers } from './answers.js';
import { ArrivalLimits } from './arrival-limits.js';
import { clientError } from './client-error.js';
import { Connection } from './connection.js';
import type { Door, MakeDoor } from './door.js';
import { HttpReader } from './http-reader.js';
import type { Intake } from './intake.js';
import { NOWHERE } from './outlet.js';
import { rawError } from './raw-answer.js';
import { Reception, type ReceptionPorts } from './reception.js';
import type { HeadLimits } from './request-head.js';
import { hasLeft, makeServer } from './server.js';
import { type EndedClients, StalledClients } from './stalled-clients.js';

export type FrontPorts = ReceptionPorts & {
  /** What is held for clients. */
  readonly budget: ByteBudget;
  /** So many clients that stood still were ended, for the memory they held. */
  stalledEnded?(ended: EndedClients): void;
  /** A client has connected. */
  opened?(): void;
  /** The client is gone; the request is unanswered. */
  left(request: ClientRequest): void;
};

/** The rooms behind the port that every request goes through. */
export type FrontParts = {
  readonly trust: Trust;
  readonly answers: Answers;
  readonly intake: Intake;
};

/**
 * The main port. Requests in the one form that is not open to interpretation are
 * read straight from the socket (`canonical/`); `node:http` is the judge of all
 * others (http-reader.ts). Here is what lives as long as the port: its servers and connections.
 */
export class Front {
  readonly #settings: Settings;
  readonly #tls: Trust['tls'];
  readonly #servers: Server[] = [];
  #limits: HeadLimits;
  readonly #answers: Answers;
  readonly #reception: Reception;
  readonly #reader: HttpReader;
  readonly #door: Door;
  readonly #ports: FrontPorts;
  readonly #connections = new Map<Duplex, Connection>();
  readonly #handshakes = new Handshakes();
  readonly #stalled: StalledClients;
  /** All that were ended for the memory they held. */
  stalledEnded: EndedClients = { bodies: 0, readers: 0 };
  readonly #arrivalLimits: ArrivalLimits;
  /** Connections over the limit that are not closed yet. */
  #turnedAway = 0;

  constructor(settings: Settings, parts: FrontParts, ports: FrontPorts, makeDoor: MakeDoor) {
    const { trust, answers, intake } = parts;
    this.#settings = settings;
    this.#tls = trust.tls;
    this.#answers = answers;
    this.#reception = new Reception(trust, answers, intake, ports);
    this.#ports = ports;
    this.#arrivalLimits = new ArrivalLimits(settings, () => ports.now());
    this.#stalled = new StalledClients({
      bodyTimeoutMs: () => settings.bodyTimeout,
      writeTimeoutMs: () => settings.writeTimeout,
      budget: ports.budget,
      connections: () => this.#connections.values(),
      endBody: (request, error) => intake.refuse(request, error),
      ended: (clients) => this.#stalledEnded(clients),
    });
    this.#limits = headLimits(settings);
    const limits = (): HeadLimits => this.#limits;
    const connectionOf = (socket: Duplex): Connection | undefined => this.#connections.get(socket);
    this.#reader = new HttpReader(this.#reception, connectionOf, limits);
    this.#door = makeDoor({
      reception: this.#reception,
      limits,
      connections: () => this.#connections.values(),
      late: ({ socket }) => this.#refuseSocket(socket, LATE),
      now: ports.now,
    });
  }

  /** A server for one more place to listen: `node:http` enforces timeouts only where it listens itself. */
  newServer(): Server {
    const server = makeServer(this.#settings, this.#tls);
    this.#arrivalLimits.ruleOver(server);
    if (this.#tls !== undefined) this.#handshakes.watch(server);
    const opened = this.#tls === undefined ? 'connection' : 'secureConnection';
    const toHttp = takeListener(server, opened);
    server.on(opened, (socket: Socket) => {
      if (hasLeft(socket, server)) socket.destroy();
      else this.#opened(socket, toHttp);
    });
    this.#reader.readFrom(server);
    server.on('connect', (_message, socket) => this.#refuseSocket(socket, CONNECT_REFUSED));
    server.on('clientError', (error: Error, socket) => this.#clientError(error, socket));
    this.#servers.push(server);
    return server;
  }

  /** Settings have changed: open connections, too, are held to the new ones. */
  settingsTaken(): void {
    this.#limits = headLimits(this.#settings);
    this.#door.settingsTaken();
    for (const server of this.#servers) server.keepAliveTimeout = this.#settings.keepAlive;
  }

  /** Called several times a second: ends clients that hold memory and do not go on. */
  sweep(nowMs: number): void {
    this.#stalled.sweep(nowMs);
  }

  /** The budget lacks this many bytes: ends clients that have stood still for long. */
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
    for (const { socket, reader } of connections) {
      if (socket.bytesRead === 0 || reader?.isIdle) socket.destroy();
    }
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
    this.#door.close();
    for (const server of this.#servers) server.closeAllConnections();
    this.#handshakes.close();
    for (const connection of [...this.#connections.values()]) connection.cut();
  }

  #opened(socket: Socket, toHttp: (socket: Socket) => void): void {
    this.#ports.opened?.();
    const connection = new Connection(socket);
    this.#connections.set(socket, connection);
    const isOneTooMany = this.#connections.size - this.#turnedAway > this.#mostConnections;
    if (isOneTooMany || !this.#settings.fastPath) toHttp(socket);
    else this.#door.enter(connection, toHttp);
    if (isOneTooMany) this.#turnAway(socket);
    socket.once('close', () => {
      this.#connections.delete(socket);
      for (const request of [...connection.requests]) this.#ports.left(request);
    });
  }

  /**
   * The client is told and soon cut off: in the kernel's backlog it would wait without knowing why.
   */
  #turnAway(socket: Socket): void {
    this.#turnedAway += 1;
    socket.once('close', () => {
      this.#turnedAway -= 1;
    });
    this.#refuseSocket(socket, TOO_MANY);
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
    const unread = connection.requests.find(isArriving);
    const refused = unread ?? this.#reception.unreadable(connection, NOWHERE);
    const raw = rawError(error, refused.requestId, unread?.method);
    // Who never sent a byte asked for nothing; of one connection nothing is read after its end.
    const isAsked =
      unread !== undefined || (connection.socket.bytesRead > 0 && !connection.isEnding);
    if (isAsked) this.#answers.writtenRaw(refused, error, raw.length);
    connection.endWith(raw, unread?.outlet);
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

const LATE = new RequestError('REQUEST_TIMEOUT', 'the request did not arrive in time');

/**
 * Takes the listener from a server that has it read each new connection. It is the first one, since
 * the server itself has added it; from now on it reads those that it is told to.
 */
function takeListener(server: Server, event: string): (socket: Socket) => void {
  const listener = server.listeners(event)[0] as (socket: Socket) => void;
  server.removeListener(event, listener);
  return (socket) => listener.call(server, socket);
}

/** Its body is still coming. What is parsed may have to wait for its turn to be taken in: that is not its fault. */
function isArriving({ restBytes, outlet }: ClientRequest): boolean {
  return restBytes > 0 && !outlet.hasWholeBody;
}

function headLimits(settings: Settings): HeadLimits {
  return {
    lineBytes: settings.limitRequestLine,
    fields: settings.limitRequestFields,
    fieldBytes: settings.limitRequestFieldSize,
  };
}
