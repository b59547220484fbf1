import { RequestError } from '../../errors.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import { chooseHolds, type Hold } from '../../queue/admission/hold.js';
import type { ClientRequest } from '../client-request.js';
import type { Connection } from './connection.js';
import { takenBytes } from './taken-bytes.js';

/** How often all connections are looked at. */
const LOOK_MS = 200;
/** How long a client that holds memory may stand still while others are refused for lack of it. */
const SENDER_PATIENCE_MS = 2000;
/** The same for readers, while more than the budget is held and nobody is served. */
const READER_PATIENCE_MS = 1000;

export type StalledClientsPorts = {
  /** The longest pause in a body. */
  bodyTimeoutMs(): number;
  /** The longest that a client may take nothing of its answer. */
  writeTimeoutMs(): number;
  readonly budget: ByteBudget;
  connections(): Iterable<Connection>;
  /** Ends a request whose body is still coming, and its connection. */
  endBody(request: ClientRequest, error: RequestError): void;
  /** Clients were ended for the memory they held. */
  ended(clients: EndedClients): void;
};

export type EndedClients = { readonly bodies: number; readonly readers: number };

type ClientHold = Hold & { readonly end: () => 'body' | 'reader' };

/**
 * Clients that make the server hold memory and do nothing about it: bodies that
 * have begun and do not go on, answers that are not taken. No timer runs for any
 * of them; a look at all connections now and then compares what has moved.
 */
export class StalledClients {
  readonly #ports: StalledClientsPorts;
  #lookedAtMs = Number.NEGATIVE_INFINITY;
  /** When room was last asked for without success: asking again at once would be in vain, too. */
  #vainAtMs = Number.NEGATIVE_INFINITY;
  /** Since when more is held than the budget allows. */
  #overSinceMs: number | undefined = undefined;

  constructor(ports: StalledClientsPorts) {
    this.#ports = ports;
  }

  /** To be called some times a second. */
  sweep(nowMs: number): void {
    if (nowMs - this.#lookedAtMs < LOOK_MS) return;
    this.#lookedAtMs = nowMs;
    for (const connection of this.#ports.connections()) {
      this.#lookAtBody(connection, nowMs);
      if (connection.isAwaited) this.#lookAtReader(connection, nowMs);
    }
    this.#cutReaders(nowMs);
  }

  /** Others would be refused for the lack of these bytes: ends those who have long been stalled. */
  makeRoom(bytes: number, nowMs: number): void {
    const { budget } = this.#ports;
    if (bytes > budget.limitBytes || nowMs - this.#vainAtMs < LOOK_MS) return;
    const needed = budget.usedBytes + bytes - budget.limitBytes;
    const holds = [...this.#bodies(), ...this.#readers()];
    const chosen = chooseHolds(holds, needed, SENDER_PATIENCE_MS, nowMs);
    if (chosen.length === 0) this.#vainAtMs = nowMs;
    this.#end(chosen);
  }

  #lookAtBody(connection: Connection, nowMs: number): void {
    const { arriving } = connection;
    if (arriving === undefined) return;
    const { sending, socket } = connection;
    sending.look(arriving, socket.bytesRead, nowMs);
    if (nowMs - sending.movedAtMs < this.#ports.bodyTimeoutMs()) return;
    this.#ports.endBody(arriving, pausedTooLong(nowMs - sending.movedAtMs));
  }

  /** Not by the socket's own timeout: a client that takes nothing but sends would put it off for ever. */
  #lookAtReader(connection: Connection, nowMs: number): void {
    const { taking, socket } = connection;
    taking.look(connection, takenBytes(socket), nowMs);
    if (nowMs - taking.movedAtMs >= this.#ports.writeTimeoutMs()) connection.cut();
  }

  /**
   * While more is held than may be nobody is served. So this must end, however
   * slowly clients read: at first who takes nothing is cut, then whoever takes least.
   */
  #cutReaders(nowMs: number): void {
    const { budget } = this.#ports;
    const overBytes = budget.usedBytes - budget.limitBytes;
    if (overBytes <= 0) {
      this.#overSinceMs = undefined;
      return;
    }
    this.#overSinceMs ??= nowMs;
    const isLong = nowMs - this.#overSinceMs >= READER_PATIENCE_MS;
    const patienceMs = isLong ? 0 : READER_PATIENCE_MS;
    this.#end(chooseHolds([...this.#readers()], overBytes, patienceMs, nowMs));
    if (!budget.isExceeded) this.#overSinceMs = undefined;
  }

  #end(holds: readonly ClientHold[]): void {
    if (holds.length === 0) return;
    let bodies = 0;
    for (const hold of holds) bodies += hold.end() === 'body' ? 1 : 0;
    this.#ports.ended({ bodies, readers: holds.length - bodies });
  }

  *#bodies(): Generator<ClientHold> {
    for (const { arriving, sending } of this.#ports.connections()) {
      if (arriving === undefined) continue;
      const { steppedAtMs: stalledSinceMs } = sending;
      const end = (): 'body' => {
        this.#ports.endBody(arriving, madeRoom());
        return 'body';
      };
      // Not looked at yet, so it counts as new.
      if (sending.isOf(arriving)) yield { bytes: arriving.bytes, stalledSinceMs, end };
    }
  }

  *#readers(): Generator<ClientHold> {
    for (const connection of this.#ports.connections()) {
      const { untakenBytes: bytes, taking } = connection;
      const end = (): 'reader' => {
        connection.cut();
        return 'reader';
      };
      const isSeen = bytes > 0 && taking.isOf(connection);
      if (isSeen) yield { bytes, stalledSinceMs: taking.steppedAtMs, end };
    }
  }
}

function pausedTooLong(pausedMs: number): RequestError {
  return new RequestError(
    'REQUEST_TIMEOUT',
    `the body did not go on for ${Math.round(pausedMs)} ms (body-timeout)`,
  );
}

function madeRoom(): RequestError {
  return new RequestError(
    'REQUEST_TIMEOUT',
    'the body hardly went on, and the memory reserved for it was needed for other requests',
  );
}
