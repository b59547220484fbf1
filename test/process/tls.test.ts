/** A certificate is exchanged while the server serves, and a broken one is not taken. */
import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { type Party, pair, TlsClient } from '../fixtures/tls.js';
import { CLI, fixture, launch, startServer } from './server.js';

it('takes a new certificate on HUP, drops nobody for it, and keeps the old one when it is broken', async () => {
  const folder = temporaryFolder();
  const certfile = join(folder, 'cert.pem');
  const keyfile = join(folder, 'key.pem');
  const lay = (cert: Party, key: Party): void => {
    copyFileSync(pair(cert).certfile, certfile);
    copyFileSync(pair(key).keyfile, keyfile);
  };
  lay('first', 'first');
  const server = await startServer({
    path: 'echo',
    workers: 1,
    args: ['--certfile', certfile, '--keyfile', keyfile],
    expectedErrors: ['reload failed'],
  });
  const url = server.url.replace('http:', 'https:');
  const clients: TlsClient[] = [];
  onTestFinished(() => {
    for (const one of clients) one.close();
  });
  const newClient = (): TlsClient => {
    const one = new TlsClient(url);
    clients.push(one);
    return one;
  };
  const old = newClient();
  const before = await old.get('/readyz');
  expect(before).toMatchObject({ status: 200, server: 'first' });

  lay('second', 'second');
  server.kill('SIGHUP');
  await server.line('reloaded');
  expect((await newClient().get('/readyz')).server).toBe('second');
  expect(await old.get('/readyz')).toEqual(before);

  lay('first', 'second');
  server.kill('SIGHUP');
  const { reason } = await server.line('reload failed');
  expect(reason).toMatch(/the key does not belong to the certificate/);
  expect((await newClient().get('/readyz')).server).toBe('second');
  expect(await old.get('/readyz')).toEqual(before);
  await server.stop();
});

it('does not start with a pair that does not fit', async () => {
  const args = ['--certfile', pair('first').certfile, '--keyfile', pair('second').keyfile];
  const server = launch(process.execPath, [CLI, 'serve', fixture('echo'), ...args], {});
  expect(await server.exited).toEqual({ code: 2, signal: null });
  expect(server.stderr).toMatch(/the key does not belong to the certificate/);
});
