/**
 * An open loop: a request is sent when it is due, and its latency counts from then on. So a
 * server that stands still meets all that arrives meanwhile (no coordinated omission), and a
 * generator that is late makes latencies longer, never shorter.
 */

import { type ArrivalTimes, realTimes } from './arrival-times.js';
import { wireBytes } from './ask.js';
import type { OpenOrder, OpenResult } from './order.js';
import type { WireReply } from './reply-reader.js';
import { Wire } from './wire.js';

/** From the connections to the first arrival, for the thread to start. */
const HEAD_START_MS = 200;
/** After the last arrival: whoever has no answer by then gets none. */
const PATIENCE_MS = 30_000;

export async function loadInOpenLoop(
  order: OpenOrder,
  times: ArrivalTimes = realTimes,
): Promise<OpenResult> {
  return new OpenLoop(order, times).result();
}

class OpenLoop {
  readonly #order: OpenOrder;
  readonly #times: ArrivalTimes;
  readonly #requests: readonly Buffer[];
  readonly #wires: Wire[] = [];
  /** Which arrival each connection has under way. */
  readonly #underWay: number[] = [];
  readonly #latenciesMs: (number | null)[];
  readonly #servicesMs: (number | null)[];
  readonly #lateMs: number[] = [];
  /** Arrivals that found no free connection, in their order: of each client, or of all. */
  readonly #waiting: number[][];
  #waited = 0;
  #errors = 0;
  #sent = 0;
  #done = 0;
  #turn = 0;
  #startMs = 0;
  /** A connection that is closed at the end sends nothing more. */
  #isOver = false;
  #finished: () => void = () => {};

  constructor(order: OpenOrder, times: ArrivalTimes) {
    this.#order = order;
    this.#times = times;
    this.#requests = order.asks.map(wireBytes);
    this.#latenciesMs = order.arrivalsMs.map(() => null);
    this.#servicesMs = order.arrivalsMs.map(() => null);
    this.#waiting = Array.from({ length: order.connections }, () => []);
    for (let number = 0; number < order.connections; number += 1)
      this.#wires.push(this.#wire(number));
  }

  async result(): Promise<OpenResult> {
    // One after another, so that servers that share out connections in turn share them alike.
    for (const wire of this.#wires) await wire.open();
    this.#startMs = this.#times.nowMs() + HEAD_START_MS;
    let stop: () => Promise<unknown> = async () => {};
    const end = new Promise<void>((resolve, reject) => {
      this.#finished = resolve;
      stop = this.#times.watch(this.#order.arrivalsMs, this.#startMs, {
        due: (count) => this.#sendDue(count),
        failed: reject,
      });
    });
    const limitMs = HEAD_START_MS + (this.#order.arrivalsMs.at(-1) ?? 0) + PATIENCE_MS;
    const limit = setTimeout(() => this.#finished(), limitMs);
    await end;
    this.#isOver = true;
    clearTimeout(limit);
    await stop();
    for (const wire of this.#wires) wire.close();
    return {
      latenciesMs: this.#latenciesMs,
      servicesMs: this.#servicesMs,
      lateMs: this.#lateMs,
      waited: this.#waited,
      errors: this.#errors + (this.#order.arrivalsMs.length - this.#done),
    };
  }

  #wire(number: number): Wire {
    return new Wire({
      port: this.#order.port,
      keepsBodies: true,
      replied: (reply) => this.#replied(number, reply),
      broke: () => {
        if (!this.#isOver) this.#errors += 1;
        this.#free(number);
      },
    });
  }

  #sendDue(due: number): void {
    const nowMs = this.#times.nowMs() - this.#startMs;
    for (; this.#sent < due; this.#sent += 1) {
      const client = this.#order.clientOf?.[this.#sent];
      const number = client === undefined ? this.#freeWire() : this.#ifFree(client);
      if (number === undefined) {
        this.#waiting[client ?? 0]?.push(this.#sent);
        this.#waited += 1;
        continue;
      }
      this.#lateMs.push(nowMs - (this.#order.arrivalsMs[this.#sent] ?? 0));
      this.#send(number, this.#sent);
    }
  }

  #ifFree(number: number): number | undefined {
    return this.#wires[number]?.isBusy ? undefined : number;
  }

  /** The next one in turn that is free, so that all of them are used alike. */
  #freeWire(): number | undefined {
    const count = this.#wires.length;
    for (let step = 0; step < count; step += 1) {
      const number = (this.#turn + step) % count;
      if (this.#wires[number]?.isBusy) continue;
      this.#turn = (number + 1) % count;
      return number;
    }
    return undefined;
  }

  #send(number: number, arrival: number): void {
    const request = this.#requests[this.#order.askOf[arrival] ?? 0];
    if (request === undefined) throw new Error('nothing to send');
    this.#underWay[number] = arrival;
    this.#wires[number]?.send(request);
  }

  #replied(number: number, { status, body }: WireReply): void {
    const arrival = this.#underWay[number] ?? 0;
    const serviceMs = status === 200 ? measuredIn(body) : undefined;
    if (serviceMs === undefined) {
      this.#errors += 1;
    } else {
      const dueMs = this.#startMs + (this.#order.arrivalsMs[arrival] ?? 0);
      this.#latenciesMs[arrival] = micros(this.#times.nowMs() - dueMs);
      this.#servicesMs[arrival] = micros(serviceMs);
    }
    this.#free(number);
  }

  #free(number: number): void {
    if (this.#isOver) return;
    this.#done += 1;
    const next = this.#waiting[this.#order.clientOf === undefined ? 0 : number]?.shift();
    if (next !== undefined) this.#send(number, next);
    if (this.#done === this.#order.arrivalsMs.length) this.#finished();
  }
}

/** What the model says it took: `{"predictions": [MS]}`. */
function measuredIn(body: string): number | undefined {
  const ms = Number(/\[([\d.]+)\]/.exec(body)?.[1]);
  return ms >= 0 ? ms : undefined;
}

/** Rounded to whole microseconds, which keeps results short. */
function micros(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
