import type { Socket } from 'node:net';
import { RequestError } from '../../../errors.js';
import type { ClientRequest } from '../../client-request.js';
import type { Connection } from '../connection.js';
import type { Intake } from '../intake.js';
import type { Reception } from '../reception.js';
import { isCanonicalSoFar } from './canonical-lines.js';
import { CanonicalOutlet } from './canonical-outlet.js';
import { readDirectly } from './direct-reading.js';
import type { HeadCache } from './head-cache.js';
import { HeadScan, NOT_CANONICAL, UNFINISHED } from './head-scan.js';
import type { KnownHead } from './known-head.js';
import type { Patience, Stage } from './patience.js';
import type { Turns } from './turns.js';

/** Far below the limit of `node:http`, so that a head is only ever refused for its size there. */
const MOST_HEAD_BYTES = 16 * 1024;
/** A head that comes in more pieces, or is longer while it is not whole, is for `node:http` to wait for. */
const MOST_PIECES = 256;
const MOST_PART_BYTES = 8 * 1024;
/** The most that is read of what is not canonical while earlier answers are still due. */
const MOST_LEFT_BYTES = 64 * 1024;

export type ReaderPorts = {
  readonly heads: HeadCache;
  readonly reception: Reception;
  /** From now on `node:http` reads the connection. */
  leave(connection: Connection): void;
};

/**
 * Reads canonical requests straight from a socket.
 *
 * reading → leaving → gone: at the first byte that is not canonical it stops to
 * read, waits until the answers to what it has read are out, puts back all bytes
 * that belong to no request of its own, and leaves the connection to `node:http`.
 */
export class CanonicalReader {
  readonly #connection: Connection;
  readonly #socket: Socket;
  readonly #turns: Turns;
  readonly #ports: ReaderPorts;
  readonly #patience: Patience;
  readonly #scan = new HeadScan();
  /** The head that was read last; most clients send it again. */
  #last: KnownHead | undefined = undefined;
  #generation = 0;
  /**
   * Bytes that belong to no request yet: part of a head, or what is held back until answers are
   * taken.
   */
  #kept: Buffer | undefined = undefined;
  #leftBytes = 0;
  #pieces = 0;
  #isPaused = false;
  /**
   * What `node:http` will get, in the pieces in which it came: it does not treat all of them alike.
   */
  #left: Buffer[] | undefined = undefined;
  #requests = 0;
  /** Whose body is coming; undefined when nobody wants it. */
  #request: ClientRequest | undefined = undefined;
  #intake: Intake | undefined = undefined;
  #restBytes = 0;
  readonly #stopReading: () => void;
  readonly #onEnd = (): void => this.#ended();

  constructor(connection: Connection, turns: Turns, patience: Patience, ports: ReaderPorts) {
    this.#connection = connection;
    this.#socket = connection.socket;
    this.#turns = turns;
    this.#patience = patience;
    this.#ports = ports;
    this.#stopReading = readDirectly(this.#socket, (bytes) => this.#read(bytes));
    this.#socket.on('end', this.#onEnd);
  }

  /** Nothing is asked for, and all answers are out. */
  get isIdle(): boolean {
    return this.#stage === 'idle' && !this.#connection.isEnding;
  }

  /** @returns whether what it waits for has come too late */
  isLate(nowMs: number): boolean {
    return this.#patience.isOver(this.#stage, this.#requests, nowMs);
  }

  get #stage(): Stage {
    if (this.#restBytes > 0) return 'body';
    if (!this.#turns.isEmpty) return 'answer';
    if (this.#kept !== undefined || this.#left !== undefined || this.#requests === 0) return 'head';
    return 'idle';
  }

  #read(bytes: Buffer): void {
    if (this.#left !== undefined) this.#keepFor(this.#left, bytes);
    else if (this.#isPaused) this.#keep(bytes);
    else if (this.#kept === undefined) this.#readAll(bytes, 0);
    else this.#readOn(bytes, this.#kept);
  }

  /** More of a head that has begun. */
  #readOn(bytes: Buffer, kept: Buffer): void {
    this.#kept = undefined;
    this.#readAll(Buffer.concat([kept, bytes]), kept.length);
  }

  /** @param scanned so many bytes of the first head have been looked at */
  #readAll(bytes: Buffer, scanned: number): void {
    let at = 0;
    let from = scanned;
    while (at < bytes.length) {
      if (this.#connection.isEnding || this.#turns.isOver) return; // nothing more is read as a request
      if (this.#restBytes > 0) {
        at = this.#takeBody(bytes, at);
        from = at;
        continue;
      }
      if (this.#turns.isFull && from === at) {
        this.#pause(bytes.subarray(at));
        return;
      }
      const head = this.#headAt(bytes, at, from);
      if (head === undefined) return;
      at = head.end;
      from = at;
      this.#begin(head);
    }
  }

  /** Undefined: there is no whole one, or none that is canonical; then the bytes are kept or put back. */
  #headAt(bytes: Buffer, at: number, from: number): KnownHead | undefined {
    const { heads } = this.#ports;
    const last = this.#last;
    const isKnown = last !== undefined && this.#generation === heads.generation;
    if (isKnown && from === at && last.isAt(bytes, at)) return last;
    const end = this.#scan.read(bytes, from);
    if (end === UNFINISHED) {
      this.#keepPart(at === 0 ? bytes : bytes.subarray(at));
      return undefined;
    }
    this.#scan.reset();
    this.#pieces = 0;
    const isWhole = end !== NOT_CANONICAL && end - at <= MOST_HEAD_BYTES;
    const head = isWhole ? heads.read(bytes, at, end) : undefined;
    if (head === undefined) this.#leave(bytes.subarray(at));
    else if (heads.isShort(head, at)) {
      this.#last = head;
      this.#generation = heads.generation;
    }
    return head;
  }

  #begin({ method, head, bodyBytes }: KnownHead): void {
    const { reception } = this.#ports;
    const connection = this.#connection;
    this.#requests += 1;
    const outlet = new CanonicalOutlet(this.#turns, method === 'HEAD');
    const request = reception.open(connection, outlet, method, true);
    if (head instanceof RequestError) {
      reception.refuseHead(request, head);
      return;
    }
    const intake = reception.serve(request, head, false, bodyBytes);
    if (bodyBytes === 0) return;
    this.#intake = intake;
    this.#restBytes = bodyBytes;
    this.#request = request;
    this.#patience.begin(request.arrivedAtMs);
  }

  /** @returns where the body ends, or as much of it as there is */
  #takeBody(bytes: Buffer, at: number): number {
    const end = Math.min(bytes.length, at + this.#restBytes);
    this.#restBytes -= end - at;
    const request = this.#request;
    const intake = this.#intake;
    if (this.#restBytes === 0) this.#request = this.#intake = undefined;
    if (request === undefined || intake === undefined) return end;
    const isAll = at === 0 && end === bytes.length;
    intake.take(request, isAll ? bytes : bytes.subarray(at, end));
    return end;
  }

  /**
   * Keeps the beginning of a head. `node:http` answers a fault as soon as it sees it, so faults are
   * looked for at once.
   */
  #keepPart(bytes: Buffer): void {
    if (this.#pieces === 0) this.#patience.begin(undefined);
    this.#pieces += 1;
    const isOfUse = this.#pieces <= MOST_PIECES && bytes.length <= MOST_PART_BYTES;
    if (isOfUse && isCanonicalSoFar(bytes.toString('latin1'))) this.#kept = bytes;
    else this.#leave(bytes);
  }

  /** The client does not take its answers: nothing more of it is read until it does. */
  #pause(bytes: Buffer): void {
    this.#isPaused = true;
    this.#kept = bytes;
    this.#socket.pause();
    this.#turns.onProgress = () => this.#resume();
  }

  #resume(): void {
    if (this.#turns.isFull) return;
    const bytes = this.#kept;
    this.#isPaused = false;
    this.#kept = undefined;
    this.#turns.onProgress = nothing;
    this.#socket.resume();
    if (bytes !== undefined) this.#readAll(bytes, 0);
  }

  #keep(bytes: Buffer): void {
    this.#kept = this.#kept === undefined ? bytes : Buffer.concat([this.#kept, bytes]);
  }

  #keepFor(left: Buffer[], bytes: Buffer): void {
    left.push(bytes);
    this.#leftBytes += bytes.length;
    if (this.#leftBytes > MOST_LEFT_BYTES) this.#socket.pause();
  }

  #leave(bytes: Buffer): void {
    this.#kept = undefined;
    this.#left = [bytes];
    this.#turns.onProgress = () => this.#goWhenFree();
    this.#goWhenFree();
  }

  #goWhenFree(): void {
    if (!this.#turns.isEmpty || this.#socket.destroyed) return;
    const socket = this.#socket;
    this.#turns.leave();
    this.#stopReading();
    socket.removeListener('end', this.#onEnd);
    socket.pause();
    for (const bytes of this.#left?.reverse() ?? []) socket.unshift(bytes);
    this.#ports.leave(this.#connection);
    socket.resume();
  }

  /**
   * As in `node:http`: a client that sends no more gets what is already written, and the rest is
   * given up.
   */
  #ended(): void {
    const isUnfinished = this.#restBytes > 0 || this.#kept !== undefined;
    if (isUnfinished && !this.#connection.isEnding) this.#socket.destroy();
    else this.#socket.end();
  }
}

function nothing(): void {}
