/** The same closed loop by a tool that everybody knows; its own cost is about that of a server. */
import autocannon from 'autocannon';
import { bodyBytes } from './ask.js';
import type { ClosedOrder, ClosedResult } from './order.js';
import { Samples } from './samples.js';

export function loadByAutocannon(order: ClosedOrder): Promise<ClosedResult> {
  const samples = new Samples();
  return new Promise((resolve, reject) => {
    const instance = autocannon(
      {
        url: `http://127.0.0.1:${order.port}`,
        connections: order.connections,
        duration: order.seconds,
        requests: order.asks.map((ask) => ({
          method: 'POST',
          path: ask.path,
          headers: { ...ask.headers },
          body: bodyBytes(ask),
        })),
      },
      (error, result) => {
        if (error) reject(error);
        else resolve(resultOf(result, samples));
      },
    );
    instance.on('response', (_client, _status, _bytes, ms) => samples.add(ms));
  });
}

function resultOf(result: autocannon.Result, samples: Samples): ClosedResult {
  return {
    requests: result.requests.total,
    seconds: result.duration,
    quantiles: samples.quantiles(),
    errors: result.errors + result.timeouts + result.non2xx,
  };
}
