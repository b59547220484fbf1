// Connections that take their time, whichever way they are read.
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
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

async function open(text: string, settings: object): Promise<RawClient> {
  master = new MasterFront({ headerTimeout: 100, readTimeout: 100, ...settings });
  await master.listen();
  await master.addWorker(makeApp);
  return RawClient.open(master.port, text);
}

const GET = 'GET /livez HTTP/1.1\r\nHost: a\r\n\r\n';
const POST = 'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\n';

afterEach(() => master.close());

describe.each([true, false])('with the fast path: %s', (fastPath) => {
  test.each([
    ['a head', 'GET / HTTP/1.1\r\nHost: a\r\nX', [408]],
    ['a body', `${POST}ab`, [408]],
    ['the next head', `${GET}POST /p`, [200, 408]],
    ['the next body', `${GET}${POST}ab`, [200, 408]],
  ])(
    '%s that does not go on is refused, and its connection ended',
    async (_what, text, statuses) => {
      const client = await open(text, { fastPath });
      await client.closed();
      expect(client.statuses).toEqual(statuses);
      expect(master.entries.at(-1)).toMatchObject({ status: 408, code: 'REQUEST_TIMEOUT' });
      expect(master.isClean).toBe(true);
    },
  );

  test('a connection that is idle is closed after its time, and without a word', async () => {
    const client = await open(GET, { fastPath, keepAlive: 50 });
    await client.closed();
    expect(client.statuses).toEqual([200]);
    expect(client.text).toMatch(/\r\nKeep-Alive: timeout=0\r\n/);
    expect(master.entries).toHaveLength(1);
  });
});

test('a limit that has changed holds for a head that was read before, on a connection that is open', async () => {
  const client = await open(GET, { headerTimeout: 10_000, readTimeout: 10_000 });
  await client.until(({ statuses }) => statuses.length === 1, 'answer');
  Object.assign(master.settings, { limitRequestLine: 10 });
  master.front.settingsTaken();
  client.socket.write(GET);
  await client.closed();
  expect(client.statuses).toEqual([200, 431]);
});
