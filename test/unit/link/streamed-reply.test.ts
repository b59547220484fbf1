import { Readable } from 'node:stream';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { NO_FIGURES } from '../../../src/link/frames/frame.js';
import { NO_FACTS, noteFacts, type ReplyFacts } from '../../../src/link/frames/reply-facts.js';
import { useLink } from './link-harness.js';

const current = useLink();

describe('a streamed reply', () => {
  test('stops while paused and goes on when resumed', async () => {
    const link = current();
    let produced = 0;
    link.handle = (_request, reply) => {
      const source = new Readable({
        read() {
          produced += 1;
          this.push(produced > 1000 ? null : Buffer.alloc(1000, 'x'));
        },
      });
      source.pipe(reply as unknown as NodeJS.WritableStream);
    };
    link.send(1);
    link.master.pause(1);
    await link.hears('chunk');
    let before = -1;
    // No more comes once nothing has come for a while of turns.
    for (let quiet = 0; quiet < 20; quiet += 1) {
      if (before !== produced) quiet = 0;
      before = produced;
      await turn();
    }
    expect(link.kinds).toEqual(['head', 'chunk']);
    link.master.resume(1);
    await link.hears('end');
    expect(link.heard.filter(({ kind }) => kind === 'chunk')).toHaveLength(1000);
  });

  test('waits for a link that is not read', async () => {
    const link = current();
    link.sockets[0].pause();
    let isHeld = false;
    let written = 0;
    link.handle = (_request, reply) => {
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
    link.send(1);
    await expect.poll(() => isHeld).toBe(true);
    for (let quiet = 0; quiet < 20; quiet += 1) await turn();
    expect(written).toBeLessThan(200);
    link.sockets[0].resume();
    await link.hears('end');
    const bytes = link.heard.reduce(
      (sum, { kind, text }) => sum + (kind === 'chunk' ? (text ?? '').length : 0),
      0,
    );
    expect(bytes).toBe(200 * 20_000);
  });

  test('that is destroyed midway is aborted', async () => {
    const link = current();
    link.handle = (_request, reply) => {
      reply.write('part');
      reply.destroy(new Error('no more'));
    };
    link.send(1);
    await link.hears('aborted');
    expect(link.kinds).toEqual(['head', 'chunk', 'aborted']);
  });

  test('notes its facts again before its end', async () => {
    const link = current();
    link.handle = (_request, reply) => {
      noteFacts(reply, factsOf(1));
      reply.write('part');
      noteFacts(reply, factsOf(2));
      reply.end();
    };
    link.send(1);
    expect((await link.hears('end')).facts?.figures.runMicros).toBe(2);
    expect((await link.hears('head')).facts?.figures.runMicros).toBe(1);
  });
});

function factsOf(runMicros: number): ReplyFacts {
  return { ...NO_FACTS, figures: { ...NO_FIGURES, runMicros } };
}
