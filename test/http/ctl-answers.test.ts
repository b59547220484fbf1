// What ctl says when somebody else answers, or nobody does.
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Address } from '../../src/config/values/address.js';
import { AdminClient } from '../../src/ctl/admin-client.js';
import { runVerb } from '../../src/ctl/ctl.js';
import { StartError } from '../../src/errors.js';

async function answering(listener: RequestListener): Promise<Address> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { kind: 'tcp', host: '127.0.0.1', port: (server.address() as AddressInfo).port };
}

test.each([
  ['a page', '<html>hello</html>'],
  ['other JSON', '{"status":"ok"}'],
  ['no object', 'null'],
])('another server is told from ours: %s', async (_what, body) => {
  const address = await answering((_request, response) => void response.end(body));
  for (const verb of ['status', 'reload', 'models']) {
    const error = await runVerb([verb], address, false).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect((error as StartError).message).toMatch(
      /^what answers at 127\.0\.0\.1:\d+ is no Forkcast server, or one of another version: /,
    );
  }
});

test('a server that says nothing of itself is given up', async () => {
  const client = new AdminClient(await answering(() => {}), undefined, 50);
  await expect(client.ask('GET', '/status')).rejects.toThrow(
    /^the server at 127\.0\.0\.1:\d+ gave no answer: nothing for 0\.05 s; its process may be stopped$/,
  );
});

test('a change is waited for as long as it takes', async () => {
  let answer = (): void => {};
  const address = await answering(({ method }, response) => {
    if (method === 'POST') answer = () => response.end('done');
  });
  const client = new AdminClient(address, undefined, 20);
  const reloading = client.ask('POST', '/reload');
  await expect(client.ask('GET', '/status')).rejects.toThrow('nothing for 0.02 s');
  answer();
  expect(await reloading).toBe('done');
});
