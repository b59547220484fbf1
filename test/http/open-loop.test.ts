// The load test's open loop: a server that stands still is charged with all that was due meanwhile.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { ArrivalTimes, DueNews } from '../../loadtest/load/arrival-times.js';
import { jsonAsk } from '../../loadtest/load/ask.js';
import { loadInOpenLoop } from '../../loadtest/load/open-loop.js';
import type { OpenResult } from '../../loadtest/load/order.js';

const ARRIVALS_MS = [0, 10, 20];
/** As the generator's own: from its start to the first arrival. */
const HEAD_START_MS = 200;

let server: Server;
let open: ServerResponse[];
let isStill: boolean;

beforeEach(async () => {
  open = [];
  isStill = true;
  server = createServer((_request, response) => {
    if (isStill) open.push(response);
    else answer(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  server.closeAllConnections();
  server.close();
});

function answer(response: ServerResponse): void {
  const body = '{"predictions": [2]}';
  response.writeHead(200, { 'content-length': body.length }).end(body);
}

/** All is due in its time, then the server stands still until 500 ms have passed. */
async function run(connections: number, clientOf?: readonly number[]): Promise<OpenResult> {
  let nowMs = 0;
  let news: DueNews | undefined;
  const times: ArrivalTimes = {
    nowMs: () => nowMs,
    watch(_arrivalsMs, _startMs, told) {
      news = told;
      return async () => {};
    },
  };
  const { port } = server.address() as AddressInfo;
  const asks = [jsonAsk('/predict', '{}')];
  const askOf = ARRIVALS_MS.map(() => 0);
  const order = { kind: 'open', port, connections, asks, askOf, clientOf } as const;
  const result = loadInOpenLoop({ ...order, arrivalsMs: ARRIVALS_MS }, times);
  await vi.waitFor(() => expect(news).toBeDefined());
  for (const [index, dueMs] of ARRIVALS_MS.entries()) {
    nowMs = HEAD_START_MS + dueMs;
    news?.due(index + 1);
  }
  await vi.waitFor(() => expect(open).toHaveLength(Math.min(connections, ARRIVALS_MS.length)));
  nowMs = HEAD_START_MS + 500;
  isStill = false;
  open.forEach(answer);
  return result;
}

test('latency counts from when a request was due, though it could not be sent', async () => {
  const { latenciesMs, servicesMs, waited, lateMs, errors } = await run(1);
  expect(latenciesMs).toEqual([500, 490, 480]);
  expect(servicesMs).toEqual([2, 2, 2]);
  expect({ waited, lateMs, errors }).toEqual({ waited: 2, lateMs: [0], errors: 0 });
});

test('a free connection is used at once, however slow the others are', async () => {
  const { latenciesMs, waited, lateMs } = await run(3);
  expect(latenciesMs).toEqual([500, 490, 480]);
  expect({ waited, lateMs }).toEqual({ waited: 0, lateMs: [0, 0, 0] });
});

test('a client waits for its own connection, though others are free', async () => {
  const { latenciesMs, waited } = await run(1 + 1, [0, 0, 1]);
  expect(latenciesMs).toEqual([500, 490, 480]);
  expect(waited).toBe(1);
});
