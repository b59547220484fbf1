/** A closed loop on bare sockets: about a third of autocannon's own cost. */
import { wireBytes } from './ask.js';
import type { ClosedOrder, ClosedResult } from './order.js';
import { Samples } from './samples.js';
import { Wire } from './wire.js';

/** A server that is gone is not hammered. */
const AFTER_FAILURE_MS = 20;

export async function loadBySockets(order: ClosedOrder): Promise<ClosedResult> {
  const run = new ClosedLoop(order);
  return run.result();
}

class ClosedLoop {
  readonly #order: ClosedOrder;
  readonly #requests: readonly Buffer[];
  readonly #samples = new Samples();
  readonly #startedMs = performance.now();
  readonly #untilMs: number;
  #sent = 0;
  #errors = 0;
  #lastMs = 0;

  constructor(order: ClosedOrder) {
    this.#order = order;
    this.#requests = order.asks.map(wireBytes);
    this.#untilMs = this.#startedMs + order.seconds * 1000;
  }

  async result(): Promise<ClosedResult> {
    const clients = Array.from({ length: this.#order.connections }, () => this.#client());
    await Promise.all(clients);
    return {
      requests: this.#samples.count,
      seconds: (this.#lastMs - this.#startedMs) / 1000,
      quantiles: this.#samples.quantiles(),
      errors: this.#errors,
    };
  }

  #client(): Promise<void> {
    return new Promise((resolve) => {
      let sentMs = 0;
      const next = (nowMs: number) => {
        if (nowMs >= this.#untilMs) {
          wire.close();
          resolve();
          return;
        }
        sentMs = nowMs;
        wire.send(this.#next());
      };
      const wire = new Wire({
        port: this.#order.port,
        keepsBodies: false,
        replied: ({ status }) => {
          const nowMs = performance.now();
          this.#lastMs = nowMs;
          this.#samples.add(nowMs - sentMs);
          if (status < 200 || status > 299) this.#errors += 1;
          next(nowMs);
        },
        broke: () => {
          this.#errors += 1;
          setTimeout(() => next(performance.now()), AFTER_FAILURE_MS);
        },
      });
      next(performance.now());
    });
  }

  #next(): Buffer {
    const request = this.#requests[this.#sent % this.#requests.length];
    this.#sent += 1;
    if (request === undefined) throw new Error('nothing to send');
    return request;
  }
}
