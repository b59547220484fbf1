import { describe, expect, test } from 'vitest';
import { Client } from './clients.js';
import { closedGate, type Gate } from './gate.js';
import { startServer, type TestServer } from './server.js';

const PATH = '/v1/models/rows:predict';
const GATED_ROWS = 300;

type Prediction = { readonly y: number; readonly pid: number };

/** Rows that take 0.3 ms each; `deeds` are what some of them do beside. */
function bodyOf(rows: number, deeds: Readonly<Record<number, number>> = {}): object {
  return { instances: Array.from({ length: rows }, (_, row) => [row, deeds[row] ?? 0]) };
}

const GATED = '/v1/models/gated:predict';

/** Rows that wait for a gate, but for the first: by those the worker learns that others may help. */
function waitingFor({ file }: Gate): object {
  const rows = Array.from({ length: GATED_ROWS }, (_, row) => [row, row < 8 ? '' : file]);
  return { instances: rows };
}

/** Asserts that each row has its own answer; the processes that made them. */
function checkedPids(text: string, rows: number): Set<number> {
  const { predictions } = JSON.parse(text) as { predictions: readonly Prediction[] };
  expect(predictions.map(({ y }) => y)).toEqual(Array.from({ length: rows }, (_, row) => row / 3));
  return new Set(predictions.map(({ pid }) => pid));
}

async function slicesRan(server: TestServer): Promise<number> {
  const text = await server.metrics();
  return Number(/^forkcast_slices_total (\d+)/m.exec(text)?.[1]);
}

/** Waits until a helper runs a slice: the pid of the owner, and that of the helper. */
async function team(server: TestServer): Promise<{ owner: number; helper: number }> {
  let found = { owner: 0, helper: 0 };
  await server.untilStatus('a worker that helps another', ({ workers }) => {
    const owner = workers.find(({ busySinceMs }) => typeof busySinceMs === 'number');
    const helper = workers.find(({ inFlight, pid }) => inFlight === 1 && pid !== owner?.pid);
    found = { owner: owner?.pid ?? 0, helper: helper?.pid ?? 0 };
    return found.owner > 0 && found.helper > 0;
  });
  return found;
}

describe('a large request', () => {
  test('is run by all workers, and fails as one', async () => {
    const server = await startServer({ path: 'rows', expectedErrors: ['model failed'] });
    await server.untilStatus('two workers', ({ workers }) =>
      workers.every(({ state }) => state === 'ready'),
    );
    const client = new Client(server.url);
    const answer = await client.post(PATH, bodyOf(1000));
    expect(answer.status).toBe(200);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(checkedPids(answer.text, 1000).size).toBe(2);
    const line = await server.line('request');
    expect(line.helpedSlices).toBe(await slicesRan(server));

    const loose = await client.post('/v1/models/loose:predict', bodyOf(1000));
    expect(checkedPids(loose.text, 1000).size).toBe(2);
    const whole = await client.post('/v1/models/whole:predict', bodyOf(300));
    expect(checkedPids(whole.text, 300).size).toBe(1);
    const broken = await client.post('/v1/models/loose:predict', bodyOf(400, { 333: 1 }));
    expect([broken.status, JSON.parse(broken.text).error]).toEqual([
      500,
      expect.stringContaining('row 333 is bad'),
    ]);

    const failed = await client.post(PATH, bodyOf(400, { 333: 1 }));
    expect(failed.status).toBe(500);
    expect(JSON.parse(failed.text)).toMatchObject({
      code: 'MODEL_ERROR',
      error: expect.stringContaining('row 333 is bad'),
    });

    const leaver = new Client(server.url);
    const left = leaver.post(GATED, waitingFor(closedGate())).catch(() => 'left');
    await team(server);
    leaver.close();
    expect(await left).toBe('left');
    // Both hear of it: nobody opens that gate.
    await server.untilStatus('idle workers', ({ workers }) =>
      workers.every(({ inFlight }) => inFlight === 0),
    );

    const gate = closedGate();
    const meanwhile = client.post(GATED, waitingFor(gate));
    await team(server);
    server.kill('SIGHUP');
    await server.line('rollout started');
    gate.open();
    checkedPids((await meanwhile).text, GATED_ROWS);
    await server.line('reloaded');
    client.close();
    await server.stop();
  });

  test('is answered whoever of its workers is killed', async () => {
    const server = await startServer({ path: 'rows', expectedErrors: ['worker died'] });
    const client = new Client(server.url);
    for (const victim of ['helper', 'owner'] as const) {
      await server.untilStatus('two workers', ({ workers }) =>
        workers.every(({ state }) => state === 'ready'),
      );
      const gate = closedGate();
      const answer = client.post(GATED, waitingFor(gate));
      process.kill((await team(server))[victim], 'SIGKILL');
      gate.open();
      const { status, text } = await answer;
      expect(status).toBe(200);
      checkedPids(text, GATED_ROWS);
    }
    client.close();
    await server.stop();
  });

  test('that kills or hangs ends alone', async () => {
    const args = ['--timeout', '2s'];
    const server = await startServer({ path: 'rows', args, expectedErrors: ['worker died'] });
    const client = new Client(server.url);
    const others = new Client(server.url);
    const poison = client.post(PATH, bodyOf(600, { 500: 2 }));
    const answers: number[] = [];
    for (let n = 0; n < 20; n += 1) answers.push((await others.post(PATH, bodyOf(1))).status);
    expect(new Set(answers)).toEqual(new Set([200]));
    const { status, text } = await poison;
    expect([status, JSON.parse(text).code]).toEqual([500, 'WORKER_CRASHED']);

    await server.untilStatus('two workers', ({ workers }) =>
      workers.every(({ state }) => state === 'ready'),
    );
    const late = await client.post(PATH, bodyOf(600, { 500: 3 }));
    expect([late.status, JSON.parse(late.text).code]).toEqual([504, 'EXECUTION_TIMEOUT']);
    expect((await others.post(PATH, bodyOf(600))).status).toBe(200);
    client.close();
    others.close();
    await server.stop();
  });
});
