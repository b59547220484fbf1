import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import type { LinkReply } from '../../../src/link/server/link-reply.js';
import { runBegan, runEnded } from '../../../src/link/server/run-watch.js';
import { useLink } from './link-harness.js';

const current = useLink();

/** A reply whose client has left while its run goes on. */
async function abandoned(): Promise<LinkReply> {
  const link = current();
  let reply: LinkReply | undefined;
  link.handle = (_request, given) => {
    reply = given;
    runBegan(given);
  };
  link.send(1);
  await expect.poll(() => reply).toBeDefined();
  link.master.cancel(1);
  await expect.poll(() => reply?.destroyed).toBe(true);
  return reply as LinkReply;
}

describe('a run whose client has left', () => {
  test('keeps its worker until it has ended', async () => {
    const link = current();
    const reply = await abandoned();
    for (let quiet = 0; quiet < 20; quiet += 1) await turn();
    expect(link.kinds).toEqual([]);
    runEnded(reply);
    runEnded(reply);
    await link.hears('aborted');
    await turn();
    expect(link.kinds).toEqual(['aborted']);
  });

  test('is told of it at once', async () => {
    const link = current();
    const closed = new Promise((resolve) => {
      link.handle = (_request, reply) => {
        runBegan(reply);
        reply.on('close', resolve);
        link.master.cancel(1);
      };
    });
    link.send(1);
    await closed;
  });
});

test('a run that has ended holds nothing back, and one that nobody watches neither', async () => {
  const link = current();
  link.handle = (request, reply) => {
    if (request.url === '/ran') {
      runBegan(reply);
      runEnded(reply);
    }
    reply.destroy();
  };
  link.send(1, '', 'POST', '/ran');
  link.send(2);
  await link.hears('aborted', 2);
});

test('a run may end before its reply is complete', async () => {
  const link = current();
  link.handle = (_request, reply) => {
    runBegan(reply);
    reply.write('part');
    runEnded(reply);
    reply.end();
  };
  link.send(1);
  await link.hears('end');
  expect(link.kinds).toEqual(['head', 'chunk', 'end']);
});
