/** What users put in front of Node must not keep workers from booting. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Client } from './clients.js';
import { startServer } from './server.js';

it('a module preloaded by NODE_OPTIONS is loaded, and the server serves', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const preloaded = join(folder, 'preloaded.mjs');
  writeFileSync(preloaded, 'await new Promise((resolve) => setTimeout(resolve, 100));');
  const server = await startServer({
    path: 'echo',
    env: { NODE_OPTIONS: `--import=${preloaded}` },
  });
  const client = new Client(server.url);
  expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
  client.close();
  await server.stop();
});
