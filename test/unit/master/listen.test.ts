import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, expect, test } from 'vitest';
import type { Address } from '../../../src/config/address.js';
import { EXIT } from '../../../src/errors.js';
import { listen } from '../../../src/master/listen.js';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 0 };
const open: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), 'forkcast-listen-'));

function server(): Server {
  const made = createServer((socket) => socket.end());
  open.push(made);
  return made;
}

afterEach(() => {
  for (const each of open.splice(0)) each.close();
});

afterAll(() => rmSync(folder, { recursive: true }));

function portOf(address: Address): number {
  return address.kind === 'tcp' ? address.port : Number.NaN;
}

test('tells the port it got when it asked for any', async () => {
  const bound = await listen(server(), LOOPBACK, 16, 'bind');
  expect(bound).toEqual({ ...LOOPBACK, port: expect.any(Number) });
  expect(portOf(bound)).toBeGreaterThan(0);
});

test('an address in use has its own exit code', async () => {
  const port = portOf(await listen(server(), LOOPBACK, 16, 'bind'));
  await expect(listen(server(), { ...LOOPBACK, port }, 16, 'bind')).rejects.toMatchObject({
    exitCode: EXIT.ADDRESS_IN_USE,
    message: `127.0.0.1:${port} is in use by another process; choose another address with --bind`,
  });
});

test('listens on a Unix socket', async () => {
  const path = join(folder, 'socket');
  expect(await listen(server(), { kind: 'unix', path }, 16, 'bind')).toEqual({
    kind: 'unix',
    path,
  });
  await new Promise<void>((resolve, reject) => {
    connect(path).once('connect', resolve).once('error', reject).resume();
  });
});

test.each<Address>([
  { kind: 'tcp', host: '192.0.2.1', port: 0 },
  { kind: 'unix', path: join(folder, 'none', 'socket') },
  { kind: 'fd', fd: 9999 },
])('cannot listen on $kind $host$path$fd: a fault of the configuration', async (address) => {
  await expect(listen(server(), address, 16, 'bind')).rejects.toMatchObject({
    exitCode: EXIT.BAD_CONFIG,
    message: expect.stringMatching(/^cannot listen on /),
  });
});

test('a connection that cannot be accepted does not end the process', async () => {
  const listening = server();
  await listen(listening, LOOPBACK, 16, 'bind');
  expect(() => listening.emit('error', new Error('accept ENOBUFS'))).not.toThrow();
});
