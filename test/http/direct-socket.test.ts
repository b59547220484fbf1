// A client's socket read and written past its stream: the same bytes, in the same order.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readDirectly } from '../../src/master/front/canonical/direct-reading.js';
import { DirectWriting } from '../../src/master/front/canonical/direct-writing.js';

/** More than the kernel's buffers hold. */
const LARGE_BYTES = 16 * 1024 * 1024;

let server: Server;
let client: Socket;
let socket: Socket;
let received: string;

beforeEach(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const opened = once(server, 'connection');
  client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  [socket] = (await opened) as [Socket];
  received = '';
});

afterEach(() => {
  client.destroy();
  socket.destroy();
  server.close();
});

const until = (isSo: () => boolean): PromiseLike<void> =>
  expect.poll(isSo, { interval: 2 }).toBe(true);

describe('readDirectly', () => {
  const take = (bytes: Buffer): void => {
    received += bytes.toString('latin1');
  };

  it('spares the stream what it reads', async () => {
    let isStreamed = false;
    readDirectly(socket, (bytes) => {
      isStreamed ||= new Error().stack?.includes('emit') ?? false;
      take(bytes);
    });
    client.write('one');
    await until(() => received === 'one');
    client.write('two');
    await until(() => received === 'onetwo');
    expect(isStreamed).toBe(false);
  });

  it('keeps what comes during a pause, and its place', async () => {
    readDirectly(socket, take);
    client.write('a');
    await until(() => received === 'a');
    socket.pause();
    client.write('b'.repeat(100_000));
    await until(() => socket.readableLength > 0);
    expect(received).toBe('a');
    socket.resume();
    client.write('c');
    await until(() => received.endsWith('c'));
    expect(received).toBe(`a${'b'.repeat(100_000)}c`);
  });

  it('leaves the rest to others when it is ended, put back bytes first', async () => {
    const stop = readDirectly(socket, (bytes) => {
      take(bytes);
      stop();
      socket.pause();
      socket.unshift(Buffer.from('back '));
    });
    client.write('mine');
    await until(() => received === 'mine');
    let others = '';
    socket.on('data', (bytes: Buffer) => {
      others += bytes.toString('latin1');
    });
    client.end('theirs');
    socket.resume();
    await once(socket, 'end');
    expect(received).toBe('mine');
    expect(others).toBe('back theirs');
  });

  it('lets the end through', async () => {
    readDirectly(socket, take);
    client.end('all');
    await once(socket, 'end');
    expect(received).toBe('all');
  });
});

describe('DirectWriting', () => {
  beforeEach(() => {
    client.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
  });

  it('writes at once, and nothing waits then', async () => {
    const taken = vi.fn();
    const writing = new DirectWriting(socket, taken);
    writing.text('h\u00e9');
    expect([writing.waitingBytes, writing.isFull]).toEqual([0, false]);
    await until(() => received === 'h\u00e9');
    expect(taken).not.toHaveBeenCalled();
  });

  it('keeps the order when the client does not take it, and tells when it has', async () => {
    const told: number[] = [];
    const writing = new DirectWriting(socket, () => told.push(writing.waitingBytes));
    client.pause();
    writing.text('1'.repeat(LARGE_BYTES));
    expect(writing.isFull).toBe(true);
    writing.text('2');
    writing.bytes(Buffer.from('3'));
    socket.end('4');
    expect(writing.waitingBytes).toBeGreaterThan(LARGE_BYTES);
    client.resume();
    await once(client, 'end');
    expect(received.length).toBe(LARGE_BYTES + 3);
    expect(received.slice(-4)).toBe('1234');
    expect(told.at(-1)).toBe(0);
    expect(writing.isFull).toBe(false);
  });

  it('stands behind what is corked', async () => {
    const writing = new DirectWriting(socket, () => {});
    socket.cork();
    writing.bytes(Buffer.from('1'));
    writing.text('2');
    socket.uncork();
    writing.text('3');
    await until(() => received.length === 3);
    expect(received).toBe('123');
  });

  it('ends a connection that cannot be written', async () => {
    const writing = new DirectWriting(socket, () => {});
    socket.on('error', () => {});
    client.resetAndDestroy();
    await once(client, 'close');
    writing.text('lost');
    writing.text('lost');
    await until(() => socket.destroyed);
    writing.text('too late');
    expect(writing.waitingBytes).toBe(0);
  });
});
