/** Models that only some workers hold: their requests find them, whoever dies or is replaced. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Client } from './clients.js';
import { startServer, type TestServer } from './server.js';

/** Says which process it ran in. An instance is a file to wait for. */
const SOURCE = `import { existsSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
export async function predict(instances) {
  for (const file of instances) while (!existsSync(file)) await setTimeout(20);
  return instances.map(() => process.pid);
}
`;

/** A repository in which every worker holds `common` and one holds `rare`. */
function repository(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-holders-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const name of ['common', 'rare']) {
    mkdirSync(join(folder, name));
    writeFileSync(join(folder, name, 'model.mjs'), SOURCE);
  }
  writeFileSync(join(folder, 'rare', 'forkcast.json'), '{ "workers": 1 }');
  return folder;
}

/** Asks so many times at once; the processes that answered. */
async function askAll(
  server: TestServer,
  model: string,
  times: number,
  file = '/',
): Promise<number[]> {
  const asked = Array.from({ length: times }, async () => {
    const client = new Client(server.url);
    const answer = await client.post(`/v1/models/${model}:predict`, { instances: [file] });
    client.close();
    expect(answer.status, answer.text).toBe(200);
    return JSON.parse(answer.text).predictions[0] as number;
  });
  return Promise.all(asked);
}

it('a model that one of two workers holds is asked of that one, and of its successor', async () => {
  const path = repository();
  const server = await startServer({
    path,
    workers: 2,
    args: ['--restart-backoff', '100ms'],
    expectedErrors: ['worker died'],
  });
  await server.until('two ready workers', () =>
    server.linesOf('worker ready').length === 2 ? true : undefined,
  );
  const [holder, ...others] = new Set(await askAll(server, 'rare', 20));
  expect(others).toEqual([]);
  const busy = askAll(server, 'rare', 3, join(path, '.gate'));
  await server.untilStatus('three requests', ({ inFlight, queue }) => inFlight + queue.depth === 3);
  const [free, ...rest] = new Set(await askAll(server, 'common', 5));
  expect([free === holder, rest]).toEqual([false, []]);
  process.kill(holder ?? 0, 'SIGKILL');
  await server.line('worker died');
  writeFileSync(join(path, '.gate'), '');
  const [successor] = new Set(await busy);
  expect([holder, free]).not.toContain(successor);
  expect(new Set(await askAll(server, 'rare', 10))).toEqual(new Set([successor]));
  await server.stop();
});

it('what is no default model of all is none of the worker that holds only that one', async () => {
  const server = await startServer({ path: repository(), workers: 2 });
  await server.until('two ready workers', () =>
    server.linesOf('worker ready').length === 2 ? true : undefined,
  );
  const client = new Client(server.url);
  for (let n = 0; n < 4; n += 1) {
    const answer = await client.post('/predict', { instances: ['/'] });
    const { code, error } = JSON.parse(answer.text);
    expect([answer.status, code]).toEqual([404, 'MODEL_NOT_FOUND']);
    expect(error).toMatch(/one of: common, rare$/);
  }
  const { models } = JSON.parse((await client.get('/v1/models')).text);
  expect(models).toMatchObject([
    { name: 'common', default: false },
    { name: 'rare', default: false },
  ]);
  client.close();
  await server.stop();
});
