import { expect, onTestFinished, test } from 'vitest';
import { Client } from './clients.js';
import { startServer } from './server.js';

const DELAY_MS = 700;

test('requests wait for others to fill their batch, as long as maxBatchDelay says', async () => {
  const server = await startServer({ path: 'batches' });
  const clients = Array.from({ length: 4 }, () => new Client(server.url));
  onTestFinished(() => {
    for (const client of clients) client.close();
  });
  const ask = async (client: Client): Promise<number> => {
    const { text } = await client.post('/v1/models/batches:predict', { instances: [1] });
    return JSON.parse(text).predictions[0];
  };
  /** From before the first is sent, so that it is not less than what any of them waited. */
  const together = async (count: number): Promise<{ rows: number[]; tookMs: number }> => {
    const startedAt = performance.now();
    const rows = await Promise.all(clients.slice(0, count).map(ask));
    return { rows, tookMs: performance.now() - startedAt };
  };
  await ask(clients[0] as Client);

  expect((await together(4)).rows).toEqual([4, 4, 4, 4]);
  const pair = await together(2);
  expect(pair.rows).toEqual([2, 2]);
  expect(pair.tookMs).toBeGreaterThanOrEqual(DELAY_MS);
  await server.stop();
});
