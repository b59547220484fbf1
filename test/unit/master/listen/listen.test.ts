import { lstatSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import type { Address } from '../../../../src/config/values/address.js';
import { EXIT } from '../../../../src/errors.js';
import { closeListener, listen } from '../../../../src/master/listen/listen.js';
import { removeSocketFile } from '../../../../src/master/listen/unix-socket.js';

const LOOPBACK: Address = { kind: 'tcp', host: '127.0.0.1', port: 0 };
const OPTIONS = { setting: 'bind', backlog: 16, socketMode: 0o640, reusePort: false } as const;
const open: Server[] = [];
const folder = mkdtempSync(join(tmpdir(), 'forkcast-listen-'));
const path = join(folder, 'socket');

function server(greeting = ''): Server {
  const made = createServer((socket) => socket.on('error', () => {}).end(greeting));
  open.push(made);
  return made;
}

function greetingAt(place: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(place).setEncoding('utf8');
    socket.on('data', (chunk: string) => {
      text += chunk;
    });
    socket.once('end', () => resolve(text)).once('error', reject);
  });
}

afterEach(() => {
  for (const each of open.splice(0)) each.close();
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
});

afterAll(() => rmSync(folder, { recursive: true }));

function portOf(address: Address): number {
  return address.kind === 'tcp' ? address.port : Number.NaN;
}

test('tells the port it got when it asked for any', async () => {
  const { address } = await listen(server(), LOOPBACK, OPTIONS);
  expect(address).toEqual({ ...LOOPBACK, port: expect.any(Number) });
  expect(portOf(address)).toBeGreaterThan(0);
});

test('an address in use has its own exit code', async () => {
  const port = portOf((await listen(server(), LOOPBACK, OPTIONS)).address);
  await expect(listen(server(), { ...LOOPBACK, port }, OPTIONS)).rejects.toMatchObject({
    exitCode: EXIT.ADDRESS_IN_USE,
    message: `127.0.0.1:${port} is in use by another process; choose another address with --bind`,
  });
});

describe('a Unix socket', () => {
  const address: Address = { kind: 'unix', path };

  test('is made with its mode, whatever the umask, and leaves nothing beside it', async () => {
    const umask = process.umask(0o077);
    const bound = await listen(server('hello'), address, OPTIONS);
    expect(process.umask(umask)).toBe(0o077);
    expect(bound.address).toEqual(address);
    expect(lstatSync(path).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['socket']);
    expect(await greetingAt(path)).toBe('hello');
  });

  test('takes the place of one that was left behind', async () => {
    const dead = server();
    await listen(dead, address, OPTIONS);
    closeListener(dead); // its file stays, as that of a server that was killed
    await listen(server('new'), address, OPTIONS);
    expect(await greetingAt(path)).toBe('new');
  });

  test('does not take the place of one where a server answers', async () => {
    await listen(server('first'), address, OPTIONS);
    await expect(listen(server(), address, OPTIONS)).rejects.toMatchObject({
      exitCode: EXIT.ADDRESS_IN_USE,
      message: expect.stringContaining(`unix:${path} is in use by another process`),
    });
    expect(await greetingAt(path)).toBe('first');
  });

  test('does not take the place of a file', async () => {
    writeFileSync(path, 'precious');
    await expect(listen(server(), address, OPTIONS)).rejects.toMatchObject({
      exitCode: EXIT.BAD_CONFIG,
      message: `cannot listen on unix:${path}: a file that is no socket has this name`,
    });
  });

  test('is removed at the end, but not the one that has its name by then', async () => {
    const { file: mine } = await listen(server(), address, OPTIONS);
    const other = join(folder, 'other');
    const { file: others } = await listen(server('other'), { kind: 'unix', path: other }, OPTIONS);
    renameSync(other, path);
    if (mine !== undefined) removeSocketFile(mine);
    expect(await greetingAt(path)).toBe('other');
    if (others !== undefined) removeSocketFile({ ...others, path });
    expect(readdirSync(folder)).toEqual([]);
  });

  test('may have as long a path as the kernel takes', async () => {
    const long = join(folder, 'x'.repeat(106 - folder.length));
    await listen(server('long'), { kind: 'unix', path: long }, OPTIONS);
    expect(await greetingAt(long)).toBe('long');
  });
});

test.each<Address>([
  { kind: 'tcp', host: '192.0.2.1', port: 0 },
  { kind: 'unix', path: join(folder, 'none', 'socket') },
  { kind: 'fd', fd: 9999 },
])('cannot listen on $kind $host$path$fd: a fault of the configuration', async (address) => {
  await expect(listen(server(), address, OPTIONS)).rejects.toMatchObject({
    exitCode: EXIT.BAD_CONFIG,
    message: expect.stringMatching(/^cannot listen on /),
  });
});

test('a Unix socket in a folder that is not there is told so', async () => {
  const none = join(folder, 'none');
  const address: Address = { kind: 'unix', path: join(none, 'socket') };
  await expect(listen(server(), address, OPTIONS)).rejects.toThrow(`there is no folder ${none}`);
});

test('a connection that cannot be accepted does not end the process', async () => {
  const listening = server();
  await listen(listening, LOOPBACK, OPTIONS);
  expect(() => listening.emit('error', new Error('accept ENOBUFS'))).not.toThrow();
});
