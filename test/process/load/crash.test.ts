/** A dying worker costs no client its answer. */
import { describe, expect, it } from 'vitest';
import { Client, type Failure, type LoadResult, runLoad } from '../clients.js';
import { beginning, closedGate } from '../gate.js';
import { type ServerOptions, startServer, type TestServer } from '../server.js';

const POISON = { instances: [{ signal: 'SIGSEGV' }] };

/** Asks for an echo; anything but a 200 with the right answer is a failure. */
async function askEcho(client: Client, instance: unknown): Promise<Failure | undefined> {
  const { status, text } = await client.post('/predict', { instances: [instance] });
  const isRight = status === 200 && text === JSON.stringify({ predictions: [instance] });
  return isRight ? undefined : { status, text };
}

type Killing = {
  /** At the most so often. */
  readonly everyMs: number;
  readonly times: number;
  /** So many requests are answered between two kills. */
  readonly answers: number;
};

/** Kills a random worker again and again, each a while after the one before; both may be booting. */
async function killWorkers(
  server: TestServer,
  { everyMs, times, answers }: Killing,
  answered: () => number,
): Promise<void> {
  const killed = new Set<number>();
  while (killed.size < times) {
    const before = answered();
    await new Promise((resolve) => setTimeout(resolve, everyMs));
    await expect.poll(answered).toBeGreaterThanOrEqual(before + answers);
    let living: number[] = [];
    await server.untilStatus('worker that is ready', ({ workers }) => {
      living = workers.flatMap(({ state, pid }) => (state === 'ready' && pid ? [pid] : []));
      living = living.filter((pid) => !killed.has(pid));
      return living.length > 0;
    });
    const pid = living[Math.floor(Math.random() * living.length)] ?? 0;
    process.kill(pid, 'SIGKILL');
    killed.add(pid);
  }
}

async function loadWhileKilling(
  server: TestServer,
  killing: Killing,
  load: { clients: number; ask: (client: Client, number: number) => Promise<Failure | undefined> },
): Promise<LoadResult> {
  let isOver = false;
  let answered = 0;
  const loading = runLoad(
    server.url,
    load.clients,
    () => isOver,
    async (client, number) => {
      const failure = await load.ask(client, number);
      answered += 1;
      return failure;
    },
  );
  const killed = killWorkers(server, killing, () => answered);
  await killed.finally(() => {
    isOver = true;
  });
  return loading;
}

function start(path: string, options: Partial<ServerOptions> = {}): Promise<TestServer> {
  return startServer({
    path,
    ...options,
    args: ['--restart-backoff', '100ms', ...(options.args ?? [])],
    expectedErrors: ['worker died'],
  });
}

describe('kill -9', () => {
  it('every 500 ms under 50 keep-alive connections: no client sees it', async () => {
    const server = await start('mixed');
    const result = await loadWhileKilling(
      server,
      { everyMs: 500, times: 10, answers: 100 },
      { clients: 50, ask: (client, number) => askEcho(client, { number }) },
    );
    expect(result.failures).toEqual([]);
    expect(result.requests).toBeGreaterThanOrEqual(1000);
    await server.until('line for each kill', () => server.linesOf('worker died')[9]);
    expect(server.linesOf('worker died')).toHaveLength(10);
    expect(server.linesOf('worker died')[0]).toMatchObject({
      slot: expect.any(Number),
      workerPid: expect.any(Number),
      code: null,
      signal: 'SIGKILL',
      uptimeMs: expect.any(Number),
      nextTryMs: expect.any(Number),
      hint: expect.stringContaining('out of memory'),
    });
    await server.stop();
  });

  it('every second under requests of 300 ms: no client sees it', async () => {
    const server = await start('mixed');
    const result = await loadWhileKilling(
      server,
      { everyMs: 1000, times: 4, answers: 1 },
      { clients: 6, ask: (client, number) => askEcho(client, { ms: 300, number }) },
    );
    expect(result.failures).toEqual([]);
    await server.until('line for each kill', () => server.linesOf('worker died')[3]);
    await server.stop();
  });
});

describe('a poison request', () => {
  it('costs two workers and gets 500 WORKER_CRASHED; its neighbours are all answered', async () => {
    const server = await start('mixed');
    const loading = runLoad(
      server.url,
      20,
      () => server.linesOf('request').some(({ status }) => status === 500),
      (client, number) => askEcho(client, { ms: 5, number }),
    );
    const client = new Client(server.url);
    const answer = await client.post('/predict', POISON);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'WORKER_CRASHED' });
    expect((await loading).failures).toEqual([]);
    // The answer may come before the line of the second death.
    await server.until('two deaths', () => server.linesOf('worker died')[1]);
    const deaths = server.linesOf('worker died');
    expect(deaths).toHaveLength(2);
    for (const death of deaths) {
      expect(death).toMatchObject({
        signal: 'SIGSEGV',
        nextTryMs: 0,
        hint: 'a native library crashed',
      });
    }
    client.close();
    await server.stop();
  });

  it('one after another does not switch the server off', async () => {
    const server = await start('mixed', { args: ['--give-up-after', '1s'] });
    const result = await runLoad(server.url, 2, countdown(5), async (client) => {
      const { status, text } = await client.post('/predict', POISON);
      return status === 500 ? undefined : { status, text };
    });
    expect(result).toMatchObject({ requests: 5, failures: [] });
    const client = new Client(server.url);
    expect(await askEcho(client, 'still here')).toBeUndefined();
    client.close();
    await server.until('ten deaths', () => server.linesOf('worker died')[9]);
    await server.stop();
  });

  it('that ends its process by exit or abort is told the same', async () => {
    const server = await start('mixed');
    const client = new Client(server.url);
    for (const instance of [{ exit: 0 }, { exit: 7 }, { signal: 'SIGABRT' }]) {
      const answer = await client.post('/predict', { instances: [instance] });
      expect(answer.status, JSON.stringify(instance)).toBe(500);
    }
    await server.until('six deaths', () => server.linesOf('worker died')[5]);
    client.close();
    await server.stop();
  });

  it('is not run again where its model opts out', async () => {
    const server = await start('opt-out');
    const client = new Client(server.url);
    const answer = await client.post('/predict', { instances: [{ exit: 1 }] });
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'WORKER_CRASHED' });
    await server.line('worker died');
    expect(server.linesOf('worker died')).toHaveLength(1);
    client.close();
    await server.stop();
  });

  it('is dropped when its client has left', async () => {
    const server = await start('mixed', { workers: 1 });
    const client = new Client(server.url);
    const gate = closedGate();
    const begun = beginning();
    const instance = { begun: begun.file, gate: gate.file, signal: 'SIGSEGV' };
    const asking = client.post('/predict', { instances: [instance] });
    asking.catch(() => {}); // it leaves before its answer
    await begun.seen();
    client.close();
    await server.line('request', ({ status }) => status === 499);
    gate.open();
    await server.line('worker died');
    const other = new Client(server.url);
    expect(await askEcho(other, 'next')).toBeUndefined();
    expect(server.linesOf('worker died')).toHaveLength(1);
    other.close();
    await server.stop();
  });
});

describe('a signal to a worker itself', () => {
  it('retires it: its successor is ready first, and no request fails', async () => {
    const server = await start('mixed', { workers: 1 });
    const [pid = 0] = await server.workerPids();
    let isOver = false;
    const loading = runLoad(
      server.url,
      10,
      () => isOver,
      (client, number) => askEcho(client, { number }),
    );
    process.kill(pid, 'SIGTERM');
    await server.line('worker left');
    isOver = true;
    expect((await loading).failures).toEqual([]);
    const ready = server.linesOf('worker ready');
    expect(ready).toHaveLength(2);
    expect(server.linesOf('worker died')).toEqual([]);
    await server.stop();
  });
});

/** False so many times, then true. */
function countdown(times: number): () => boolean {
  let left = times;
  return () => {
    left -= 1;
    return left < 0;
  };
}
