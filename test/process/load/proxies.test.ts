/** Forkcast behind each proxy with its file of deploy/, under load: nobody sees what happens behind it. */
import { describe, expect, it } from 'vitest';
import { PROXY_KINDS, PROXY_NAMES } from '../../../loadtest/proxies/proxy.js';
import { Client, type Failure, type LoadResult, runLoad } from '../clients.js';
import { DIGITS, DIGITS_MODEL, isRight, predictDigit } from '../digits.js';
import { startBehind } from '../proxied-server.js';
import type { TestServer } from '../server.js';
import { mustDoWithout } from '../tools.js';

const KILLS = 4;
const BETWEEN_KILLS_MS = 400;

/** 30 clients that send digits and report every answer that is not the right one. */
function loadWithDigits(url: string, isOver: () => boolean): Promise<LoadResult> {
  return runLoad(url, 30, isOver, async (client, number): Promise<Failure | undefined> => {
    const row = number % DIGITS.inputs.length;
    const answer = await predictDigit(client, row);
    return isRight(answer, row) ? undefined : { status: answer.status, text: answer.text };
  });
}

/** Waits until so many requests are answered, waiting or running. */
function allArrived(server: TestServer, count: number): Promise<void> {
  return server.untilStatus(`${count} requests`, ({ workers, inFlight, queue }) => {
    const served = workers.reduce((total, worker) => total + (worker.served ?? 0), 0);
    return served + inFlight + queue.depth >= count;
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

describe.each(PROXY_NAMES)('behind %s', (name) => {
  const { command } = PROXY_KINDS[name];
  const isMissing = mustDoWithout(command);

  it.skipIf(isMissing)('shows no client that workers are killed and models reloaded', async () => {
    const { server, proxy } = await startBehind(name, DIGITS_MODEL, {
      expectedErrors: ['worker died'],
    });
    let isOver = false;
    const load = loadWithDigits(proxy.url, () => isOver);
    const victims: number[] = [];
    for (let kill = 0; kill < KILLS; kill += 1) {
      await pause(BETWEEN_KILLS_MS);
      const [victim] = await server.workerPids();
      if (victim === undefined) continue;
      process.kill(victim, 'SIGKILL');
      victims.push(victim);
    }
    // The last victim may still be taken for ready.
    await server.untilStatus('two ready workers', ({ workers }) =>
      workers.every(({ state, pid = 0 }) => state === 'ready' && !victims.includes(pid)),
    );
    const [old = 0] = await server.workerPids();
    process.kill(old, 'SIGTERM'); // retired, as in every reload
    await server.line('worker left');
    isOver = true;
    const { requests, failures, refused } = await load;
    expect({ failures, refused }).toEqual({ failures: [], refused: 0 });
    expect(requests).toBeGreaterThan(KILLS);
    expect(proxy.errors()).toEqual([]);
  });

  it.skipIf(isMissing)(
    'answers all that is waiting and running when the server is told to stop',
    async () => {
      const { server, proxy } = await startBehind(name, 'slow');
      const clients = Array.from({ length: 12 }, () => new Client(proxy.url));
      const answers = clients.map((client) => client.post('/predict', { instances: [150] }));
      await allArrived(server, clients.length);
      await server.stop();
      const statuses = (await Promise.all(answers)).map(({ status }) => status);
      expect(statuses).toEqual(clients.map(() => 200));
      for (const client of clients) client.close();
      expect(proxy.errors()).toEqual([]);
    },
  );
});

describe.skipIf(mustDoWithout('nginx'))('behind nginx, whose log tells of lost requests', () => {
  it('loses nothing that nginx sent when it stops under load', async () => {
    const { server, proxy } = await startBehind('nginx', DIGITS_MODEL);
    let isOver = false;
    const load = loadWithDigits(proxy.url, () => isOver);
    await pause(500);
    await server.stop();
    isOver = true;
    const { requests, failures } = await load;
    expect(requests - failures.length).toBeGreaterThan(0);
    // What comes after the listener is closed finds nobody; nginx says so for each. Any
    // other line (a reset, a connection closed before the answer) is a lost request.
    const others = proxy.errors().filter((line) => !line.includes('connect() failed (111'));
    expect(others).toEqual([]);
    const unexpected = failures.filter(
      (failure) => !('status' in failure && failure.status === 502),
    );
    expect(unexpected).toEqual([]);
  });
});
