// The main port with a certificate: the same front, inside TLS.
import { once } from 'node:events';
import { connect } from 'node:net';
import fastify from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.js';
import { ConfigError } from '../../src/errors.js';
import { type Party, pair, TlsClient, tlsFile } from '../fixtures/tls.js';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

let master: MasterFront;
const clients: TlsClient[] = [];

async function start(settings: Partial<Settings> = {}): Promise<void> {
  master = new MasterFront({ ...pair('first'), ...settings });
  await master.listen();
  await master.addWorker(async (serverFactory) => {
    const app = fastify({ ...(serverFactory && { serverFactory }) });
    app.get('/protocol', async (request) => request.protocol);
    await app.ready();
    return app;
  });
}

function client(options: ConstructorParameters<typeof TlsClient>[1] = {}): TlsClient {
  const one = new TlsClient(`https://127.0.0.1:${master.port}`, options);
  clients.push(one);
  return one;
}

/** What comes of a request by a client with this certificate. */
async function asked(as?: Party): Promise<string> {
  try {
    return `${(await client(as && { as }).get('/livez')).status}`;
  } catch {
    return 'refused';
  }
}

afterEach(async () => {
  for (const one of clients.splice(0)) one.close();
  await master.close();
});

describe('TLS', () => {
  test('serves over TLS, and workers know it', async () => {
    await start();
    const answer = await client().get('/protocol');
    expect(answer).toMatchObject({ status: 200, text: 'https', server: 'first' });
  });

  test('ends plain HTTP, and nothing else', async () => {
    await start();
    const plain = await RawClient.open(master.port, 'GET /livez HTTP/1.1\r\nHost: x\r\n\r\n');
    await plain.closed();
    expect(plain.text).toBe('');
    expect((await client().get('/livez')).status).toBe(200);
  });

  test('speaks no version before 1.2', async () => {
    await start();
    await expect(client({ maxVersion: 'TLSv1.1' }).get('/livez')).rejects.toThrow();
  });

  test('takes a new pair without dropping a connection', async () => {
    await start();
    const old = client();
    const before = await old.get('/livez');
    master.trust.prepare({ ...master.settings, ...pair('second') })();
    const after = await old.get('/livez');
    expect(after).toEqual(before);
    expect((await client().get('/livez')).server).toBe('second');
  });

  test('keeps the old pair when the new one is broken', async () => {
    await start();
    const torn = { certfile: pair('second').certfile, keyfile: pair('first').keyfile };
    expect(() => master.trust.prepare({ ...master.settings, ...torn })).toThrow(ConfigError);
    expect((await client().get('/livez')).server).toBe('first');
  });

  test('a handshake that is not over counts as open, and ends with the idle ones', async () => {
    await start();
    const socket = connect(master.port, '127.0.0.1');
    await once(socket, 'connect');
    await expect.poll(() => master.front.openConnections).toBe(1);
    master.front.closeIdle();
    await once(socket, 'close');
    await expect.poll(() => master.front.openConnections).toBe(0);
  });

  test('an idle connection is closed when the server drains', async () => {
    await start();
    await client().get('/livez');
    expect(master.front.openConnections).toBe(1);
    master.front.closeIdle();
    await expect.poll(() => master.front.openConnections).toBe(0);
  });
});

describe('certificates of clients', () => {
  test.each([
    { certReqs: 'none', without: '200', known: '200', stranger: '200' },
    { certReqs: 'optional', without: '200', known: '200', stranger: 'refused' },
    { certReqs: 'required', without: 'refused', known: '200', stranger: 'refused' },
  ] as const)('$certReqs', async ({ certReqs, without, known, stranger }) => {
    await start({ certReqs, caCerts: tlsFile('ca.crt') });
    const answers = [await asked(), await asked('client'), await asked('stranger')];
    expect(answers).toEqual([without, known, stranger]);
  });
});
