import type { Socket } from 'node:net';
import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { LinkReply } from '../../../src/link/link-reply.js';
import type { LinkRequest } from '../../../src/link/link-request.js';
import { MasterEnd } from '../../../src/link/master-end.js';
import { noteFacts, type ReplyFacts } from '../../../src/link/reply-facts.js';
import { WorkerEnd } from '../../../src/link/worker-end.js';
import { socketPair } from '../../fixtures/socket-pair.js';

type Event = { kind: string; id?: number; status?: number; text?: string; facts?: ReplyFacts };
type Handle = (request: LinkRequest, reply: LinkReply) => void;

let sockets: [Socket, Socket];
let master: MasterEnd;
let worker: WorkerEnd;
let handle: Handle;
let events: Event[];
let reasons: (Error | undefined)[];
const NO_HEADERS: string[] = [];

async function seen(kind: string, count = 1): Promise<Event> {
  await vi.waitFor(() => {
    const found = events.filter((event) => event.kind === kind).length;
    if (found < count) throw new Error(`${found} of ${count} "${kind}" came`);
  });
  return events.filter((event) => event.kind === kind)[count - 1] as Event;
}

function send(id: number, body = '', method = 'POST', url = '/'): void {
  const pieces = body === '' ? [] : [Buffer.from(body)];
  master.send(id, method, url, NO_HEADERS, pieces, Buffer.byteLength(body));
}

beforeEach(async () => {
  sockets = await socketPair();
  // Not `events` below: what comes late belongs to the test that caused it.
  const mine: Event[] = [];
  events = mine;
  reasons = [];
  master = new MasterEnd(sockets[0], {
    reply: (id, status, _headers, facts, body) =>
      mine.push({ kind: 'reply', id, status, facts, text: body.toString() }),
    replyHead: (id, status, _headers, facts) => mine.push({ kind: 'head', id, status, facts }),
    replyChunk: (id, chunk) => mine.push({ kind: 'chunk', id, text: chunk.toString() }),
    replyEnd: (id, _trailers, facts) => mine.push({ kind: 'end', id, facts }),
    replyAborted: (id) => mine.push({ kind: 'aborted', id }),
    ended: (reason) => {
      reasons.push(reason);
      mine.push({ kind: 'ended' });
    },
  });
  worker = new WorkerEnd(sockets[1]);
  worker.serverFactory((request, reply) =>
    handle(request as unknown as LinkRequest, reply as unknown as LinkReply),
  );
  worker.start();
});

afterEach(() => {
  for (const socket of sockets) socket.destroy();
});

describe('a request and its reply', () => {
  test('carry everything', async () => {
    let request: LinkRequest | undefined;
    handle = (given, reply) => {
      request = given;
      noteFacts(reply, { route: '/v1/:n', model: 'dig\nits✓', runMicros: 12.6, rows: 3 });
      reply.setHeader('X-One', '1');
      reply.statusCode = 201;
      reply.end(`got ${given.whole}`);
    };
    const headers = ['Host', 'a', 'x-Two', '2'];
    const client = { address: '::1', port: 99, isEncrypted: true, isHttp10: true };
    master.send(2 ** 45, 'PUT', '/x?y', headers, [Buffer.from('bo'), Buffer.from('dy')], 4, client);
    const reply = await seen('reply');
    expect(reply).toMatchObject({ id: 2 ** 45, status: 201, text: 'got body' });
    expect(reply.facts).toEqual({ route: '/v1/:n', model: 'dig?its?', runMicros: 13, rows: 3 });
    expect(request).toMatchObject({ method: 'PUT', url: '/x?y', httpVersion: '1.0' });
    expect(request?.rawHeaders).toEqual(headers);
    expect(request?.headers).toEqual({ host: 'a', 'x-two': '2' });
    expect(request?.socket).toMatchObject({
      remoteAddress: '::1',
      remotePort: 99,
      encrypted: true,
    });
  });

  test('without headers, body or client', async () => {
    handle = (request, reply) => {
      expect(request.rawHeaders).toEqual([]);
      expect(request.socket?.remoteAddress).toBeUndefined();
      reply.writeHead(204);
      reply.end();
    };
    send(1);
    expect(await seen('reply')).toMatchObject({ status: 204, text: '' });
  });

  test('replies of one turn leave in one write', async () => {
    handle = (_request, reply) => reply.end('x');
    const write = vi.spyOn(sockets[1], 'write');
    for (let id = 0; id < 20; id += 1) send(id);
    await seen('reply', 20);
    expect(write).toHaveBeenCalledTimes(1);
  });

  test('a handler that throws does not take the requests behind it along', async () => {
    const uncaught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error.message));
    handle = (request, reply) => {
      if (request.url === '/bad') throw new Error('handler');
      reply.end('fine');
    };
    send(1, '', 'GET', '/bad');
    send(2);
    expect(await seen('reply')).toMatchObject({ id: 2 });
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(uncaught).toEqual(['handler']);
  });

  test('the stream of a request closes when its reply is out', async () => {
    const closed: string[] = [];
    handle = (request, reply) => {
      request.on('close', () => closed.push(`request ${request.aborted}`));
      reply.on('finish', () => closed.push('finish'));
      reply.on('close', () => closed.push('reply'));
      reply.end();
    };
    send(1, 'body');
    await seen('reply');
    await vi.waitFor(() => expect(closed).toEqual(['finish', 'reply', 'request false']));
  });
});

describe('cancel', () => {
  test('aborts request and reply, and is confirmed', async () => {
    const heard: string[] = [];
    let reply: LinkReply | undefined;
    handle = (request, given) => {
      reply = given;
      request.on('aborted', () => heard.push('aborted'));
      request.on('close', () => heard.push('request close'));
      request.socket?.on('close', () => heard.push('socket close'));
      given.on('close', () => heard.push('reply close'));
      master.cancel(1);
    };
    send(1);
    expect(await seen('aborted')).toMatchObject({ id: 1 });
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard[0]).toBe('aborted');
    expect(reply).toMatchObject({ destroyed: true, closed: true, writableFinished: false });
    expect(reply?.req).toMatchObject({ aborted: true, destroyed: true });
    expect(worker.openRequests).toBe(0);
  });

  test('what the handler still sends goes nowhere', async () => {
    handle = (_request, reply) => {
      if (reply.id === 2) {
        reply.end('second');
        return;
      }
      reply.on('close', () => {
        expect(reply.write('late')).toBe(false);
        reply.writeHead(200, { a: 'b' });
        reply.end('late');
        send(2);
      });
      master.cancel(1);
    };
    send(1);
    expect(await seen('reply')).toMatchObject({ id: 2 });
    expect(events.map(({ kind }) => kind)).toEqual(['aborted', 'reply']);
  });

  test('of an answered or unknown request does nothing', async () => {
    handle = (_request, reply) => reply.end('done');
    send(1);
    await seen('reply');
    master.cancel(1);
    master.pause(77);
    master.resume(77);
    send(2);
    await seen('reply', 2);
    expect(events).toHaveLength(2);
  });
});

describe('a streamed reply', () => {
  test('stops while paused and goes on when resumed', async () => {
    let produced = 0;
    handle = (_request, reply) => {
      const source = new Readable({
        read() {
          produced += 1;
          this.push(produced > 1000 ? null : Buffer.alloc(1000, 'x'));
        },
      });
      source.pipe(reply as unknown as NodeJS.WritableStream);
    };
    send(1);
    master.pause(1);
    await seen('chunk');
    let before = -1;
    // No more comes once nothing has come for a while of turns.
    for (let quiet = 0; quiet < 20; quiet += 1) {
      if (before !== produced) quiet = 0;
      before = produced;
      await turn();
    }
    expect(produced).toBeLessThan(1000);
    master.resume(1);
    await seen('end');
    expect(events.filter(({ kind }) => kind === 'chunk')).toHaveLength(1000);
  });

  test('waits for a link that is not read', async () => {
    sockets[0].pause();
    let isHeld = false;
    let written = 0;
    handle = (_request, reply) => {
      const more = (): void => {
        while (written < 200) {
          written += 1;
          if (!reply.write(Buffer.alloc(20_000, 'y'))) {
            isHeld = true;
            reply.once('drain', more);
            return;
          }
        }
        reply.end();
      };
      more();
    };
    send(1);
    await vi.waitFor(() => expect(isHeld).toBe(true));
    for (let quiet = 0; quiet < 20; quiet += 1) await turn();
    expect(written).toBeLessThan(200);
    sockets[0].resume();
    await seen('end');
    const bytes = events.reduce(
      (sum, { kind, text }) => sum + (kind === 'chunk' ? (text ?? '').length : 0),
      0,
    );
    expect(bytes).toBe(200 * 20_000);
  });

  test('that is destroyed midway is aborted', async () => {
    handle = (_request, reply) => {
      reply.write('part');
      reply.destroy(new Error('no more'));
    };
    send(1);
    await seen('aborted');
    expect(events.map(({ kind }) => kind)).toEqual(['head', 'chunk', 'aborted']);
  });

  test('notes its facts again before its end', async () => {
    handle = (_request, reply) => {
      noteFacts(reply, { route: '/', model: 'm', runMicros: 1, rows: 1 });
      reply.write('part');
      noteFacts(reply, { route: '/', model: 'm', runMicros: 2, rows: 2 });
      reply.end();
    };
    send(1);
    expect((await seen('end')).facts?.runMicros).toBe(2);
    expect((await seen('head')).facts?.runMicros).toBe(1);
  });
});

describe('the end of the link', () => {
  test('comes once, after the last complete reply, when the worker goes', async () => {
    handle = (_request, reply) => {
      reply.end('last words');
      setImmediate(() => setImmediate(() => sockets[1].destroy()));
    };
    send(1);
    send(2);
    await seen('ended');
    await turn();
    expect(events.map(({ kind }) => kind)).toEqual(['reply', 'reply', 'ended']);
    send(3);
    master.cancel(3);
    master.destroy();
    await turn();
    expect(events).toHaveLength(3);
  });

  test('a write that fails does not lose the replies that were not read yet', async () => {
    handle = (_request, reply) => {
      reply.end('answered');
      // Behind the write of the reply and in the same turn: nothing is read in between.
      setImmediate(() => {
        sockets[1].destroy();
        sockets[0].write(Buffer.alloc(10));
        expect(sockets[0].destroyed).toBe(true);
      });
    };
    send(1);
    await seen('ended');
    expect(events.map(({ kind }) => kind)).toEqual(['reply', 'ended']);
  });

  test('an incomplete frame is dropped', async () => {
    handle = () => {
      const half = Buffer.alloc(40);
      half.writeUInt32LE(50);
      sockets[1].end(half);
    };
    send(1);
    await seen('ended');
    expect(events).toHaveLength(1);
  });

  test.each([
    ['a length out of bounds', Buffer.alloc(64, 0xff)],
    ['an unknown type', Buffer.concat([Buffer.from([28, 0, 0, 0, 99]), Buffer.alloc(23)])],
    ['a reply without facts', Buffer.concat([Buffer.from([28, 0, 0, 0, 5]), Buffer.alloc(23)])],
  ])('%s breaks it at the master', async (_name, bytes) => {
    sockets[1].write(bytes);
    await seen('ended');
    expect(reasons[0]?.name).toBe('ProtocolError');
    expect(sockets[0].destroyed).toBe(true);
  });

  test('a malformed request breaks it at the worker', async () => {
    const ended = new Promise<Error | undefined>((resolve) => {
      worker.onEnd = resolve;
    });
    sockets[0].write(Buffer.concat([Buffer.from([28, 0, 0, 0, 1]), Buffer.alloc(23)]));
    expect((await ended)?.name).toBe('ProtocolError');
    await seen('ended');
  });

  test('a vanished master aborts what the worker still does', async () => {
    let reply: LinkReply | undefined;
    handle = (_request, given) => {
      reply = given;
      master.destroy();
    };
    const ended = new Promise((resolve) => {
      worker.onEnd = resolve;
    });
    send(1);
    await ended;
    expect(reply).toMatchObject({ destroyed: true });
    reply?.end('too late');
    await worker.close();
  });

  test('close writes what is left', async () => {
    handle = (_request, reply) => {
      reply.end('x'.repeat(3_000_000));
      void worker.close();
    };
    send(1);
    await seen('ended');
    expect(events[0]?.text).toHaveLength(3_000_000);
    expect(reasons).toEqual([undefined]);
  });
});
