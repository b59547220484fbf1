// Connections that take their time, whichever way they are read.
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

async function makeApp(
  serverFactory?: FastifyServerOptions['serverFactory'],
): Promise<FastifyInstance> {
  const app = fastify({ ...(serverFactory && { serverFactory }) });
  app.post('/predict', (_request, reply) => reply.send('done'));
  await app.ready();
  return app;
}

let master: MasterFront;

const PATIENT = { headerTimeout: 60_000, readTimeout: 60_000 };
const HASTY = { headerTimeout: 100, readTimeout: 100 };
/** The fast path looks at its connections as often as the shortest of their times needs. */
const OFTEN = { keepAlive: 200 };

/** The connection comes to a patient front, which begins to hurry only when it is told to. */
async function open(text: string, settings: object): Promise<RawClient> {
  // How often node:http looks at its connections follows from what it begins with.
  master = new MasterFront({ ...HASTY, ...settings });
  await master.listen();
  Object.assign(master.settings, PATIENT);
  await master.addWorker(makeApp);
  return RawClient.open(master.port, text);
}

/** What a client has sent is read in the turn after that of its connection, if not with it. */
async function untilRead(client: RawClient, answers: number): Promise<void> {
  await client.until(({ statuses: { length } }) => length === answers, 'answer');
  await expect.poll(() => master.front.openConnections, { interval: 5 }).toBe(1);
  for (let turn = 0; turn < 3; turn += 1) await new Promise(setImmediate);
}

function hurry(): void {
  Object.assign(master.settings, HASTY);
  master.front.settingsTaken();
}

const GET = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n';

afterEach(() => master.close());

describe.each([true, false])('with the fast path: %s', (fastPath) => {
  test.each([
    ['a head', '', 'GET / HTTP/1.1\r\nHost: a\r\nX', [408], '-'],
    ['a body', '', `${POST}ab`, [408], '/predict'],
    ['the next head', GET, 'POST /p', [200, 408], '-'],
    ['the next body', GET, `${POST}ab`, [200, 408], '/predict'],
  ])(
    '%s that does not go on is refused with an id and counted once, and its connection ended',
    async (_what, before, text, statuses, path) => {
      const client = await open(before + text, { fastPath, ...(fastPath && OFTEN) });
      await untilRead(client, statuses.length - 1);
      hurry();
      await client.closed();
      expect(client.statuses).toEqual(statuses);
      const refusal = client.text.slice(client.text.lastIndexOf('HTTP/1.1 408'));
      const id = /x-request-id: ([A-Za-z0-9._-]{2,128})\r\n/.exec(refusal)?.[1];
      expect(refusal).toContain(`"requestId":"${id}"`);
      expect(master.entries).toHaveLength(statuses.length);
      expect(master.entries.at(-1)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT', path });
      expect(master.isClean).toBe(true);
    },
  );

  test('a head without an end is refused before it fills the memory', async () => {
    const client = await open('GET /livez HTTP/1.1\r\nHost: a\r\n', { fastPath });
    for (let line = 0; line < 1000 && client.statuses.length === 0; line += 1) {
      client.socket.write(`X-${line}: ${'a'.repeat(1000)}\r\n`);
      await new Promise(setImmediate);
    }
    await client.closed();
    expect(client.statuses).toEqual([431]);
  });

  test('a connection that is idle is closed after its time, and without a word', async () => {
    const client = await open(GET, { fastPath, keepAlive: 50 });
    await client.closed();
    expect(client.statuses).toEqual([200]);
    expect(client.text).toMatch(/\r\nKeep-Alive: timeout=0\r\n/);
    expect(master.entries).toHaveLength(1);
  });
});

test('one timer looks after all connections of the fast path', async () => {
  const timers = vi.spyOn(globalThis, 'setInterval');
  const first = await open(GET, {});
  await first.until(({ statuses }) => statuses.length === 1, 'answer');
  const second = await RawClient.open(master.port, GET);
  await second.until(({ statuses }) => statuses.length === 1, 'answer');
  expect(timers).toHaveBeenCalledTimes(1);
  timers.mockRestore();
});

test('a limit that has changed holds for a head that was read before, on a connection that is open', async () => {
  const client = await open(GET, {});
  await client.until(({ statuses }) => statuses.length === 1, 'answer');
  Object.assign(master.settings, { limitRequestLine: 10 });
  master.front.settingsTaken();
  client.socket.write(GET);
  await client.closed();
  expect(client.statuses).toEqual([200, 431]);
});
