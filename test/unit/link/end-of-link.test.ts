import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LinkReply } from '../../../src/link/server/link-reply.js';
import { useLink } from './link-harness.js';

const current = useLink();

describe('the end of the link', () => {
  test('comes once, after the last complete reply, when the worker goes', async () => {
    const link = current();
    link.handle = (_request, reply) => {
      reply.end('last words');
      setImmediate(() => setImmediate(() => link.sockets[1].destroy()));
    };
    link.send(1);
    link.send(2);
    await link.hears('ended');
    await turn();
    expect(link.kinds).toEqual(['reply', 'reply', 'ended']);
    link.send(3);
    link.master.cancel(3);
    link.master.destroy();
    await turn();
    expect(link.heard).toHaveLength(3);
  });

  test('a write that fails does not lose the replies that were not read yet', async () => {
    const link = current();
    link.handle = (_request, reply) => {
      reply.end('answered');
      // Behind the write of the reply and in the same turn: nothing is read in between.
      setImmediate(() => {
        link.sockets[1].destroy();
        link.sockets[0].write(Buffer.alloc(10));
      });
    };
    link.send(1);
    await link.hears('ended');
    expect(link.kinds).toEqual(['reply', 'ended']);
  });

  test('an incomplete frame is dropped', async () => {
    const link = current();
    link.handle = () => {
      const half = Buffer.alloc(40);
      half.writeUInt32LE(50);
      link.sockets[1].end(half);
    };
    link.send(1);
    await link.hears('ended');
    expect(link.heard).toHaveLength(1);
  });

  test.each([
    ['a length out of bounds', Buffer.alloc(64, 0xff)],
    ['an unknown type', Buffer.concat([Buffer.from([28, 0, 0, 0, 99]), Buffer.alloc(23)])],
    ['a reply without facts', Buffer.concat([Buffer.from([28, 0, 0, 0, 5]), Buffer.alloc(23)])],
  ])('%s breaks it at the master', async (_name, bytes) => {
    const link = current();
    link.sockets[1].write(bytes);
    await link.hears('ended');
    expect(link.heard.at(-1)?.reason?.name).toBe('ProtocolError');
    expect(link.sockets[0].destroyed).toBe(true);
  });

  test('a malformed request breaks it at the worker', async () => {
    const link = current();
    const ended = new Promise<Error | undefined>((resolve) => {
      link.worker.onEnd = resolve;
    });
    link.sockets[0].write(Buffer.concat([Buffer.from([28, 0, 0, 0, 1]), Buffer.alloc(23)]));
    expect((await ended)?.name).toBe('ProtocolError');
    await link.hears('ended');
  });

  test('a vanished master aborts what the worker still does', async () => {
    const link = current();
    let reply: LinkReply | undefined;
    link.handle = (_request, given) => {
      reply = given;
      link.master.destroy();
    };
    const ended = new Promise((resolve) => {
      link.worker.onEnd = resolve;
    });
    link.send(1);
    await ended;
    expect(reply).toMatchObject({ destroyed: true });
    reply?.end('too late');
    await link.worker.close();
  });

  test('close writes what is left', async () => {
    const link = current();
    link.handle = (_request, reply) => {
      reply.end('x'.repeat(3_000_000));
      void link.worker.close();
    };
    link.send(1);
    await link.hears('ended');
    expect(link.heard[0]?.text).toHaveLength(3_000_000);
    expect(link.heard.at(-1)?.reason).toBeUndefined();
  });
});
