import { expect, onTestFinished, test } from 'vitest';
import { Client } from './clients.js';
import { startServer } from './server.js';

/** Of the model `briefly`. */
const DELAY_MS = 300;

test('requests wait for others to fill their batch, as long as maxBatchDelay says', async () => {
  const server = await startServer({ path: 'batches' });
  const clients = Array.from({ length: 4 }, () => new Client(server.url));
  onTestFinished(() => {
    for (const client of clients) client.close();
  });
  /** How many rows each of those that are asked for at once ran with. */
  const together = (model: string, count: number): Promise<number[]> => {
    const asked = clients.slice(0, count).map(async (client) => {
      const { text } = await client.post(`/v1/models/${model}:predict`, { instances: [1] });
      return JSON.parse(text).predictions[0];
    });
    return Promise.all(asked);
  };
  // What a worker says of its model comes with its first reply; nobody waits before that.
  for (const model of ['long', 'briefly']) expect(await together(model, 1)).toEqual([1]);

  // However far apart they come, since they may wait for so long.
  expect(await together('long', 4)).toEqual([4, 4, 4, 4]);
  const startedAt = performance.now();
  expect(await together('briefly', 1)).toEqual([1]);
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(DELAY_MS - 1); // whole milliseconds
  await server.stop();
});
