// What the parser refuses was never a request, and is in the books all the same.
import { afterEach, expect, test } from 'vitest';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

let master: MasterFront;

async function start(settings = {}): Promise<void> {
  master = new MasterFront(settings);
  await master.listen();
}

afterEach(() => master.close());

test.each([
  ['an unknown method', 'BREW /pot HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'BAD_REQUEST'],
  ['a proxy request', 'CONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'BAD_REQUEST'],
])('%s is answered with an id, and counted once', async (_what, text, status, code) => {
  await start();
  const client = await RawClient.open(master.port, text);
  await client.closed();
  expect(client.statuses).toEqual([status]);
  const id = /x-request-id: ([A-Za-z0-9._-]{2,128})\r\n/.exec(client.text)?.[1];
  expect(client.text).toContain(`"requestId":"${id}"`);
  expect(master.entries).toMatchObject([{ status, code, path: '-' }]);
  expect(master.isClean).toBe(true);
});

test('a connection on which nobody asks for anything is not counted', async () => {
  await start({ headerTimeout: 50, readTimeout: 50 });
  const client = await RawClient.open(master.port, '');
  await client.closed();
  expect(master.entries).toEqual([]);
});

test('of one connection only the first fault is counted', async () => {
  await start();
  const client = await RawClient.open(
    master.port,
    'BREW / HTTP/1.1\r\n\r\nBREW / HTTP/1.1\r\n\r\n',
  );
  await client.closed();
  expect(master.entries).toHaveLength(1);
});
