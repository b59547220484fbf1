import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { NO_LENGTH } from '../../../src/link/frames/frame.js';
import { noteFacts } from '../../../src/link/frames/reply-facts.js';
import { RequestLines } from '../../../src/link/frames/request-lines.js';
import type { LinkReply } from '../../../src/link/server/link-reply.js';
import type { LinkRequest } from '../../../src/link/server/link-request.js';
import { useLink } from './link-harness.js';

const current = useLink();

describe('a request and its reply', () => {
  test('carry everything', async () => {
    const link = current();
    let request: LinkRequest | undefined;
    link.handle = (given, reply) => {
      request = given;
      noteFacts(reply, {
        route: '/v1/:n',
        model: 'dig\nits✓',
        version: '7',
        code: 'MODEL_ERROR',
        figures: { runMicros: 12.6, inputMicros: 1.2, outputMicros: -3, rows: 3, ownRows: 2 },
      });
      reply.setHeader('X-One', '1');
      reply.statusCode = 201;
      reply.end(`got ${given.whole}`);
    };
    const headers = ['Host', 'a', 'x-Two', '2'];
    const client = { address: '::1', port: 99, isEncrypted: true, isHttp10: true };
    link.master.send(2 ** 45, new RequestLines('PUT', '/x?y', headers), {
      requestId: 'r-1',
      body: [Buffer.from('bo'), Buffer.from('dy')],
      bytes: 4,
      hasLength: true,
      client,
    });
    const reply = await link.hears('reply');
    expect(reply).toMatchObject({ id: 2 ** 45, status: 201, text: 'got body' });
    expect(reply.facts).toEqual({
      route: '/v1/:n',
      model: 'dig?its?',
      version: '7',
      code: 'MODEL_ERROR',
      figures: { runMicros: 13, inputMicros: 1, outputMicros: 0, rows: 3, ownRows: 2 },
    });
    expect(request).toMatchObject({ method: 'PUT', url: '/x?y', httpVersion: '1.0' });
    const own = { 'content-length': '4', 'x-request-id': 'r-1' };
    expect(request?.rawHeaders).toEqual([...headers, ...Object.entries(own).flat()]);
    expect(request?.headers).toEqual({ host: 'a', 'x-two': '2', ...own });
    expect(reply.lines?.headers).toEqual(['X-One', '1']);
    expect(reply.length).toBe(NO_LENGTH); // as Node has it for HTTP/1.0
    expect(request?.socket).toMatchObject({
      remoteAddress: '::1',
      remotePort: 99,
      encrypted: true,
    });
  });

  test('without headers, body or client', async () => {
    const link = current();
    link.handle = (request, reply) => {
      expect(request.rawHeaders).toEqual([]);
      expect(request.socket?.remoteAddress).toBeUndefined();
      reply.writeHead(204);
      reply.end();
    };
    link.send(1);
    expect(await link.hears('reply')).toMatchObject({ status: 204, text: '' });
  });

  test('replies of one turn leave in one write', async () => {
    const link = current();
    link.handle = (_request, reply) => reply.end('x');
    const write = vi.spyOn(link.sockets[1], 'write');
    for (let id = 0; id < 20; id += 1) link.send(id);
    await link.hears('reply', 20);
    expect(write).toHaveBeenCalledTimes(1);
  });

  test('a reply leaves as soon as nothing else is in hand, and not a turn of the loop later', async () => {
    const link = current();
    const wasWritten: boolean[] = [];
    const write = vi.spyOn(link.sockets[1], 'write');
    const replies: LinkReply[] = [];
    link.handle = (_request, reply) => {
      if (replies.push(reply) < 2) return;
      // As a native run does.
      setImmediate(() => {
        setImmediate(() => wasWritten.push(write.mock.calls.length > 0));
        replies[0]?.end('x');
        process.nextTick(() => wasWritten.push(write.mock.calls.length > 0));
      });
      setImmediate(() => {
        replies[1]?.end('y');
        process.nextTick(() => wasWritten.push(write.mock.calls.length > 0));
      });
    };
    link.send(1);
    link.send(2);
    await link.hears('reply', 2);
    expect(wasWritten).toEqual([false, true, true]);
    expect(write).toHaveBeenCalledTimes(1);
  });

  test('a handler that throws does not take the requests behind it along', async () => {
    const link = current();
    const uncaught: unknown[] = [];
    const listeners = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException');
    process.on('uncaughtException', (error) => uncaught.push(error.message));
    link.handle = (request, reply) => {
      if (request.url === '/bad') throw new Error('handler');
      reply.end('fine');
    };
    link.send(1, '', 'GET', '/bad');
    link.send(2);
    expect(await link.hears('reply')).toMatchObject({ id: 2 });
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
    expect(uncaught).toEqual(['handler']);
  });

  test('a request destroyed by stream.pipeline, which takes its socket first, is answered', async () => {
    const link = current();
    link.handle = (request, reply) => {
      request.socket = null;
      request.destroy();
      reply.end('still');
    };
    link.send(1, 'body');
    expect(await link.hears('reply')).toMatchObject({ text: 'still' });
  });

  test('a request destroyed by its handler takes its reply along', async () => {
    const link = current();
    link.handle = (request, reply) => {
      request.destroy();
      reply.end('gone');
    };
    link.send(1, 'body');
    await link.hears('aborted');
    expect(link.kinds).toEqual(['aborted']);
  });

  test('the stream of a request closes when its reply is out', async () => {
    const link = current();
    const closed: string[] = [];
    link.handle = (request, reply) => {
      request.on('close', () => closed.push(`request ${request.aborted}`));
      reply.on('finish', () => closed.push('finish'));
      reply.on('close', () => closed.push('reply'));
      reply.end();
    };
    link.send(1, 'body');
    await link.hears('reply');
    await expect.poll(() => closed).toEqual(['finish', 'reply', 'request false']);
  });
});

describe('cancel', () => {
  test('aborts request and reply, and is confirmed', async () => {
    const link = current();
    const heard: string[] = [];
    let reply: LinkReply | undefined;
    link.handle = (request, given) => {
      reply = given;
      request.on('aborted', () => heard.push('aborted'));
      request.on('close', () => heard.push('request close'));
      request.socket?.on('close', () => heard.push('socket close'));
      given.on('close', () => heard.push('reply close'));
      link.master.cancel(1);
    };
    link.send(1);
    expect(await link.hears('aborted')).toMatchObject({ id: 1 });
    await expect.poll(() => heard).toHaveLength(4);
    expect(heard[0]).toBe('aborted');
    expect(reply).toMatchObject({ destroyed: true, closed: true, writableFinished: false });
    expect(reply?.req).toMatchObject({ aborted: true, destroyed: true });
    expect(link.worker.openRequests).toBe(0);
  });

  test('what the handler still sends goes nowhere', async () => {
    const link = current();
    link.handle = (_request, reply) => {
      if (reply.id === 2) {
        reply.end('second');
        return;
      }
      reply.on('close', () => {
        expect(reply.write('late')).toBe(false);
        reply.writeHead(200, { a: 'b' });
        reply.end('late');
        link.send(2);
      });
      link.master.cancel(1);
    };
    link.send(1);
    expect(await link.hears('reply')).toMatchObject({ id: 2 });
    expect(link.kinds).toEqual(['aborted', 'reply']);
  });

  test('that comes in one read with its request leaves it unbegun; the others run', async () => {
    const link = current();
    const begun: number[] = [];
    link.handle = (_request, reply) => {
      begun.push(reply.id);
      reply.end('done');
    };
    for (const id of [1, 2, 3]) link.send(id);
    link.master.cancel(2);
    await link.hears('reply', 2);
    await link.hears('aborted');
    expect(begun).toEqual([1, 3]);
    link.send(2);
    await link.hears('reply', 3);
    expect(begun).toEqual([1, 3, 2]);
  });

  test('that comes too late does not concern the same request when it comes once more behind it', async () => {
    const link = current();
    link.handle = (_request, reply) => reply.end('done');
    link.send(1);
    await link.hears('reply');
    link.master.cancel(1);
    link.send(1);
    await link.hears('reply', 2);
    expect(link.kinds).toEqual(['reply', 'reply']);
  });

  test('of an answered or unknown request does nothing', async () => {
    const link = current();
    link.handle = (_request, reply) => reply.end('done');
    link.send(1);
    await link.hears('reply');
    link.master.cancel(1);
    link.master.pause(77);
    link.master.resume(77);
    link.send(2);
    await link.hears('reply', 2);
    expect(link.heard).toHaveLength(2);
  });
});

describe('a request that stands by', () => {
  test('begins when the replies before it are written', async () => {
    const link = current();
    const written: number[] = [];
    link.handle = (_request, reply) => {
      written.push(link.sockets[1].bytesWritten);
      reply.end('done');
    };
    link.send(1);
    link.send(2);
    link.send(3, '', 'POST', '/', true);
    await link.hears('reply', 3);
    expect(written.slice(0, 2)).toEqual([0, 0]);
    expect(written[2]).toBeGreaterThan(0);
  });

  test('does not join those that came in one read with it, which run together at its end', async () => {
    const link = current();
    const events: string[] = [];
    let together: LinkReply[] = [];
    link.handle = ({ whole }, reply) => {
      events.push(`got ${whole}`);
      if (together.length === 0) {
        process.nextTick(() => {
          events.push(`ran ${together.length}`);
          for (const one of together) one.end('done');
          together = [];
        });
      }
      together.push(reply);
    };
    link.send(1, 'a');
    link.send(2, 'b');
    link.send(3, 'c', 'POST', '/', true);
    await link.hears('reply', 3);
    expect(events).toEqual(['got a', 'got b', 'ran 2', 'got c', 'ran 1']);
  });

  describe('behind a long run that came in one read with it', () => {
    /** The first one takes so long; by its end the second is taken back, where asked for. */
    function long({ takesBack }: { takesBack: boolean }) {
      const link = current();
      const ran: string[] = [];
      let nowMs = 0;
      vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
      onTestFinished(() => void vi.restoreAllMocks());
      link.handle = ({ whole }, reply) => {
        ran.push(String(whole));
        if (ran.length === 1) {
          nowMs += 50;
          if (takesBack) link.master.cancel(2);
        }
        reply.end('done');
      };
      link.send(1, 'long');
      link.send(2, 'next', 'POST', '/', true);
      return { link, ran };
    }

    test('does not run when it was taken back meanwhile', async () => {
      const { link, ran } = long({ takesBack: true });
      expect((await link.hears('aborted')).id).toBe(2);
      link.send(3, 'last');
      await link.hears('reply', 2);
      expect(ran).toEqual(['long', 'last']);
    });

    test('runs when it was not, and before all that comes after it', async () => {
      const { link, ran } = long({ takesBack: false });
      link.send(3, 'last', 'POST', '/', true);
      await link.hears('reply', 3);
      expect(ran).toEqual(['long', 'next', 'last']);
    });
  });

  describe('behind a run that lets the event loop turn before it is answered', () => {
    /** The first one is answered when that is called; the second stands by, and the third comes after it. */
    async function open() {
      const link = current();
      const ran: string[] = [];
      let answer = (): void => {};
      link.handle = ({ whole }, reply) => {
        ran.push(String(whole));
        if (ran.length > 1) reply.end('done');
        else answer = () => reply.end('done');
      };
      link.send(1, 'first');
      link.send(2, 'next', 'POST', '/', true);
      await expect.poll(() => link.worker.openRequests).toBe(2);
      link.send(3, 'last');
      await expect.poll(() => link.worker.openRequests).toBe(3);
      for (let quiet = 0; quiet < 20; quiet += 1) await turn();
      expect(ran).toEqual(['first']);
      return { link, ran, answer: () => answer() };
    }

    test('waits until it is answered, as does all that comes after it', async () => {
      const { link, ran, answer } = await open();
      answer();
      await link.hears('reply', 3);
      expect(ran).toEqual(['first', 'next', 'last']);
    });

    test('is dropped when it is taken back, and holds nobody up then', async () => {
      const { link, ran, answer } = await open();
      link.master.cancel(2);
      expect((await link.hears('aborted')).id).toBe(2);
      await link.hears('reply');
      expect(ran).toEqual(['first', 'last']);
      answer();
      await link.hears('reply', 2);
    });
  });
});
