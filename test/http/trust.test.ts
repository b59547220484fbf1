// Who is believed and who may come in: the main port, as clients and workers see it.
import fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { afterEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../src/config/settings.js';
import type { Secrets } from '../../src/config/sources/secrets.js';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

const KEY = 'key-of-the-shop-01';
const OTHER_KEY = 'key-of-the-lab-002';
const KEYED: Secrets = { apiKeys: `${KEY},lab:${OTHER_KEY}`, adminKeys: undefined };
const PAGE = 'https://app.example.com';

type Seen = { ip: string; protocol: string; url: string; headers: Record<string, string> };

let master: MasterFront;

async function start(settings: Partial<Settings> = {}, secrets?: Secrets): Promise<void> {
  master = new MasterFront(settings, secrets);
  await master.listen();
  await master.addWorker(async (serverFactory) => {
    const app = fastify({ ...(serverFactory && { serverFactory }) });
    app.all('/*', async (request: FastifyRequest, reply: FastifyReply) => {
      if (request.query && Object.hasOwn(request.query, 'own')) {
        reply.header('access-control-allow-origin', 'https://its.own');
      }
      const { ip, protocol, url, headers } = request;
      return { ip, protocol, url, headers };
    });
    await app.ready();
    return app;
  });
}

function send(
  path: string,
  headers: Record<string, string> = {},
  init: RequestInit = {},
): Promise<Response> {
  return fetch(`http://127.0.0.1:${master.port}${path}`, { headers, ...init });
}

async function seen(path: string, headers: Record<string, string> = {}): Promise<Seen> {
  const response = await send(path, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as Seen;
}

async function refusal(response: Promise<Response>): Promise<[number, string]> {
  const { status, ...answer } = await response.then(async (one) => ({
    status: one.status,
    ...((await one.json()) as { code: string }),
  }));
  return [status, answer.code];
}

afterEach(async () => {
  await master.close();
});

describe('proxies', () => {
  const headers = {
    'x-forwarded-for': '6.6.6.6, 203.0.113.7',
    'x-forwarded-proto': 'https',
    'x-forwarded-host': 'example.com',
  };

  test('a trusted one says who the client is: to workers and to the log', async () => {
    await start();
    const request = await seen('/a', headers);
    expect(request).toMatchObject({ ip: '203.0.113.7', protocol: 'https', headers });
    expect(master.lastAddress).toBe('203.0.113.7');
  });

  test('of others workers do not even see what they say', async () => {
    await start({ forwardedAllowIps: ['10.0.0.0/8'] });
    const request = await seen('/a', {
      ...headers,
      forwarded: 'for=6.6.6.6',
      'x-real-ip': '6.6.6.6',
    });
    expect(request).toMatchObject({ ip: '127.0.0.1', protocol: 'http' });
    const names = Object.keys(request.headers).filter((name) => /forwarded|real-ip/.test(name));
    expect(names).toEqual([]);
    expect(master.lastAddress).toBe('127.0.0.1');
  });

  test('the next request on the connection is judged by itself', async () => {
    await start();
    const client = await RawClient.open(
      master.port,
      'GET /a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.7\r\n\r\nGET /b HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    await client.until(({ statuses }) => statuses.length === 2, 'two answers');
    expect(client.text).toMatch(/"ip":"203\.0\.113\.7".*"ip":"127\.0\.0\.1"/s);
    client.socket.destroy();
  });

  test('that disagree with themselves are refused', async () => {
    await start();
    const torn = { 'x-forwarded-proto': 'https', 'x-forwarded-ssl': 'off' };
    expect(await refusal(send('/a', torn))).toEqual([400, 'BAD_REQUEST']);
  });

  test('may serve us under a path of theirs, whether they take it off or not', async () => {
    await start({ rootPath: '/models/' });
    const paths = ['/models/a?b=c', '/a', '/modelsa'];
    const urls = [];
    for (const path of paths) urls.push((await seen(path)).url);
    expect(urls).toEqual(['/a?b=c', '/a', '/modelsa']);
    expect(await (await send('/models?x=1')).json()).toEqual({ status: 'alive' });
    expect((await send('/models/livez')).status).toBe(200);
    expect((await send('/models/openapi.json')).status).toBe(200);
  });

  test('may say so in SCRIPT_NAME, if they are trusted', async () => {
    await start();
    const header = { SCRIPT_NAME: '/mounted' };
    const request = await seen('/mounted/a', header);
    expect(request).toMatchObject({ url: '/a', headers: { script_name: '/mounted' } });
    await master.close();
    await start({ forwardedAllowIps: [] });
    const refused = await seen('/mounted/a', header);
    expect(refused.url).toBe('/mounted/a');
    expect(refused.headers).not.toHaveProperty('script_name');
  });
});

describe('names with an underscore', () => {
  test('are dropped', async () => {
    await start();
    expect((await seen('/a', { content_length: '7' })).headers).not.toHaveProperty(
      'content_length',
    );
  });

  test('are refused', async () => {
    await start({ headerMap: 'refuse' });
    expect(await refusal(send('/a', { x_a: '1' }))).toEqual([400, 'BAD_REQUEST']);
    expect((await send('/a', { 'x-a': '1' })).status).toBe(200);
  });

  test('are passed on where that is wanted', async () => {
    await start({ headerMap: 'dangerous' });
    expect((await seen('/a', { x_a: '1' })).headers).toMatchObject({ x_a: '1' });
  });
});

describe('API keys', () => {
  test('one of them opens everything, and reaches no worker', async () => {
    await start({}, KEYED);
    for (const header of [
      { authorization: `Bearer ${KEY}` },
      { 'x-api-key': OTHER_KEY },
      { 'x-api-key': KEY, authorization: 'Basic abc' },
    ]) {
      const { headers } = await seen('/a', header);
      expect(Object.keys(headers)).not.toContain('authorization');
      expect(Object.keys(headers)).not.toContain('x-api-key');
    }
  });

  test('without one nothing is told but health', async () => {
    await start({}, KEYED);
    for (const path of ['/livez', '/readyz', '/v2/health/live', '/v2/health/ready']) {
      expect((await send(path)).status).toBe(200);
    }
    for (const path of ['/', '/v1/models', '/v2', '/docs', '/predict', '/nowhere', '/livez/']) {
      const response = await send(path);
      expect(response.headers.get('www-authenticate'), path).toBe('Bearer');
      expect(await refusal(Promise.resolve(response))).toEqual([401, 'UNAUTHORIZED']);
    }
    const wrong = { authorization: 'Bearer key-of-nobody-0000' };
    expect(await refusal(send('/v1/models', wrong))).toEqual([403, 'FORBIDDEN']);
  });

  test('are asked for before the body is sent', async () => {
    await start({}, KEYED);
    const client = await RawClient.open(
      master.port,
      'POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n',
    );
    await client.closed();
    expect(client.statuses).toEqual([401]);
    expect(master.budget.usedBytes).toBe(0);
  });

  test('a small body that is on its way costs the connection nothing', async () => {
    await start({}, KEYED);
    const client = await RawClient.open(
      master.port,
      `POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}GET /a HTTP/1.1\r\nHost: a\r\nX-Api-Key: ${KEY}\r\n\r\n`,
    );
    await client.until(({ statuses }) => statuses.length === 2, 'two answers');
    expect(client.statuses).toEqual([401, 200]);
    client.socket.destroy();
  });

  test('where none are wanted, workers see what was sent', async () => {
    await start();
    const sent = { authorization: 'Bearer theirs', 'x-api-key': 'theirs' };
    expect((await seen('/a', sent)).headers).toMatchObject(sent);
  });
});

describe('web pages', () => {
  const asking = { origin: PAGE, 'access-control-request-method': 'POST' };

  test('read nothing unless told', async () => {
    await start();
    const response = await send('/a', { origin: PAGE });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    expect(response.headers.get('vary')).toBeNull();
  });

  test('that are listed read answers, refusals too', async () => {
    await start({ corsOrigins: [PAGE] }, KEYED);
    const allowed = { origin: PAGE, 'x-api-key': KEY };
    for (const response of [
      await send('/a', allowed),
      await send('/v1/models', allowed),
      await send('/a', { origin: PAGE }),
    ]) {
      expect(response.headers.get('access-control-allow-origin')).toBe(PAGE);
      expect(response.headers.get('vary')).toBe('origin');
    }
    const other = await send('/a', { origin: 'https://evil.test', 'x-api-key': KEY });
    expect(other.headers.get('access-control-allow-origin')).toBeNull();
    expect(other.headers.get('vary')).toBe('origin');
  });

  test('ask first, without a key', async () => {
    await start({ corsOrigins: [PAGE] }, KEYED);
    const response = await send(
      '/predict',
      { ...asking, 'access-control-request-headers': 'content-type,x-api-key' },
      { method: 'OPTIONS' },
    );
    expect(response.status).toBe(204);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': PAGE,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'content-type,x-api-key',
      'access-control-max-age': '600',
    });
    const evil = { ...asking, origin: 'https://evil.test' };
    expect((await send('/predict', evil, { method: 'OPTIONS' })).status).toBe(401);
  });

  test('of everybody', async () => {
    await start({ corsOrigins: ['*'] });
    const response = await send('/a', { origin: PAGE });
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
  });

  test('a module that answers for itself is not contradicted', async () => {
    await start({ corsOrigins: ['*'] });
    const response = await send('/a?own', { origin: PAGE });
    expect(response.headers.get('access-control-allow-origin')).toBe('https://its.own');
  });

  test('never load or unload models', async () => {
    await start({ corsOrigins: ['*'] });
    const path = '/v2/repository/models/a/unload';
    const response = await send(path, asking, { method: 'OPTIONS' });
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
    const post = await send(path, { origin: PAGE }, { method: 'POST' });
    expect(post.headers.get('access-control-allow-origin')).toBeNull();
  });
});
