/**
 * Clients that ask, one request after the other, and judge every answer by its content.
 * Some keep their connection, some take a new one for each request.
 */
import type { Ask, Asking } from './asks.js';
import { type Connection, NoReply, openConnection, type Reply } from './connection.js';
import { Tally } from './tally.js';

export type CrowdOptions = {
  readonly port: number;
  readonly keepAlive: number;
  readonly fresh: number;
  /** Longest pause between two requests of a client; each is drawn from 0 to this. */
  readonly pauseMs: number;
  readonly asking: Asking;
  /** Whether a reason is one that the fault defines. */
  readonly isExpected?: (reason: string) => boolean;
};

/** Longer than all clocks of the server together: whoever waits longer is forgotten. */
const TIMEOUT_MS = 90_000;
/** A client that failed waits, so that a dead server is not hammered. */
const AFTER_FAILURE_MS = 50;
/** Closed connections keep their port for a minute: 10 clients may open 200 a second. */
const FRESH_PAUSE_MS = 50;

export class Crowd {
  readonly tally: Tally = new Tally();
  readonly #options: CrowdOptions;
  #isOver = false;
  #running: Promise<void>[] = [];

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  start(): void {
    const { keepAlive, fresh } = this.#options;
    for (let client = 0; client < keepAlive + fresh; client += 1) {
      this.#running.push(client < keepAlive ? this.#keep(client) : this.#renew(client));
    }
  }

  /** Nobody asks until told to go on; settles when each client has its answer. */
  async rest(): Promise<void> {
    await this.stop();
    this.#running = [];
  }

  goOn(): void {
    this.#isOver = false;
    this.start();
  }

  /** Settles when each client has its last answer. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  async #keep(client: number): Promise<void> {
    let connection: Connection | undefined;
    for (let count = 0; !this.#isOver; count += 1) {
      connection = await this.#one(this.#options.asking(client, count), connection);
      await pause(connection === undefined ? AFTER_FAILURE_MS : this.#pauseMs());
    }
    connection?.close();
  }

  async #renew(client: number): Promise<void> {
    for (let count = 0; !this.#isOver; count += 1) {
      const ask = this.#options.asking(client, count);
      const connection = await this.#one({ ...ask, kept: ask.last }, undefined);
      connection?.close();
      await pause(FRESH_PAUSE_MS + this.#pauseMs());
    }
  }

  /** @returns the connection if it can be asked again. */
  async #one(ask: Ask, open: Connection | undefined): Promise<Connection | undefined> {
    const startedMs = performance.now();
    let connection = open?.isOpen ? open : undefined;
    try {
      connection ??= await openConnection(this.#options.port);
      const reply = await connection.ask(ask.kept, TIMEOUT_MS);
      const fault = faultOf(reply, ask);
      if (fault === undefined) this.tally.answered(performance.now() - startedMs);
      else this.#not(fault);
      return connection.isOpen ? connection : undefined;
    } catch (error) {
      if (!(error instanceof NoReply)) throw error;
      this.#not(error.message);
      connection?.close();
      return undefined;
    }
  }

  #not(reason: string): void {
    if (this.#options.isExpected?.(reason)) this.tally.refusedBy(reason);
    else this.tally.failedBy(reason);
  }

  #pauseMs(): number {
    return Math.random() * this.#options.pauseMs;
  }
}

/** Undefined when it is the right answer, else a reason: the code of an error where there is one. */
export function faultOf({ status, body }: Reply, ask: Ask): string | undefined {
  if (status === 200) return ask.refusal === undefined ? ask.faultOf(body) : 'not refused';
  const code = /"code":"([A-Z_]+)"/.exec(body)?.[1];
  const refusal = code === undefined ? String(status) : `${status} ${code}`;
  return refusal === ask.refusal ? undefined : refusal;
}

/** Also without a time the others get their turn. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => (ms > 0 ? setTimeout(resolve, ms) : setImmediate(resolve)));
}
