/**
 * The load, in a process of its own: its CPU is not counted and its event loop
 * is not shared. Reads a `LoadOrder` from the command line, writes a `LoadResult`.
 */
import autocannon from 'autocannon';
import { percentileOfSorted } from './statistics.js';

export type LoadOrder = {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  readonly bodies: readonly string[];
};

export type LoadResult = {
  readonly requests: number;
  readonly seconds: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Resets, timeouts and every answer that is not a 2xx. */
  readonly errors: number;
};

function run(order: LoadOrder): Promise<LoadResult> {
  const latencies = new Latencies();
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: `http://127.0.0.1:${order.port}`,
        connections: order.connections,
        duration: order.seconds,
        requests: order.bodies.map((body) => ({
          method: 'POST',
          path: '/predict',
          headers: { 'content-type': 'application/json' },
          body,
        })),
      },
      (error, result) => {
        if (error) reject(error);
        else resolve(resultOf(result, latencies));
      },
    );
    instance.on('response', (_client, _status, _bytes, ms) => latencies.add(ms));
  });
}

function resultOf(result: autocannon.Result, latencies: Latencies): LoadResult {
  const sorted = latencies.sorted();
  return {
    requests: result.requests.total,
    seconds: result.duration,
    p50Ms: percentileOfSorted(sorted, 50),
    p99Ms: percentileOfSorted(sorted, 99),
    errors: result.errors + result.timeouts + result.non2xx,
  };
}

/** All latencies as they were: autocannon's own histogram has whole milliseconds only. */
class Latencies {
  #values = new Float64Array(1 << 16);
  #count = 0;

  add(ms: number): void {
    if (this.#count === this.#values.length) {
      const grown = new Float64Array(this.#values.length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#count] = ms;
    this.#count += 1;
  }

  sorted(): Float64Array {
    return this.#values.subarray(0, this.#count).sort();
  }
}

const order = JSON.parse(process.argv[2] ?? '{}') as LoadOrder;
process.stdout.write(JSON.stringify(await run(order)));
