import { describe, expect, test } from 'vitest';
import { noteFacts } from '../../../src/link/frames/reply-facts.js';
import { RequestLines } from '../../../src/link/frames/request-lines.js';
import { request, useLink } from './link-harness.js';

const current = useLink();
const FIGURES = { runMicros: 1, inputMicros: 2, outputMicros: 3, rows: 4, ownRows: 5 };

type Asked = { url: string; headers: object; rawHeaders: string[]; body: string };

/** Bytes that have come at an end so far. */
function cameTo(end: 0 | 1): number {
  return current().sockets[end].bytesRead;
}

describe('a head that comes again', () => {
  test('crosses once each way, then its number does', async () => {
    const link = current();
    const route = '/a-route-with-a-long-pattern/:that/:is/:told/:once';
    link.handle = (_request, reply) => {
      noteFacts(reply, { route, model: 'm', version: '1', code: '', figures: FIGURES });
      reply.setHeader('x-kind', 'a header that all replies have in common');
      reply.end('ok');
    };
    const headers = ['Host', 'here', 'User-Agent', 'one that says much of itself, as they all do'];
    const bytes: { there: number; back: number }[] = [];
    for (let id = 1; id <= 3; id += 1) {
      const before = { there: cameTo(1), back: cameTo(0) };
      link.master.send(id, new RequestLines('POST', '/predict', headers), request({}));
      await link.hears('reply', id);
      bytes.push({ there: cameTo(1) - before.there, back: cameTo(0) - before.back });
    }
    const [first, second, third] = bytes;
    expect(second).toEqual(third);
    expect(first?.there).toBeGreaterThan((second?.there ?? 0) + headers.join('').length);
    expect(first?.back).toBeGreaterThan((second?.back ?? 0) + route.length);
    for (const { facts, lines, length } of link.heard) {
      expect(facts).toMatchObject({ route, model: 'm', version: '1', figures: FIGURES });
      const kind = ['x-kind', 'a header that all replies have in common'];
      expect(lines?.headersWith(length ?? 0)).toEqual([...kind, 'Content-Length', '2']);
    }
  });

  test('gives each request headers of its own', async () => {
    const link = current();
    const seen: string[] = [];
    link.handle = (asked, reply) => {
      seen.push(`${asked.headers['x-note']} ${asked.headers['set-cookie']} ${asked.rawHeaders}`);
      asked.headers['x-note'] = 'changed';
      asked.headers['set-cookie']?.push('more');
      asked.rawHeaders.push('x-more', '1');
      reply.end();
    };
    const headers = ['x-note', 'as sent', 'Set-Cookie', 'a=b'];
    for (const id of [1, 2]) {
      link.master.send(id, new RequestLines('GET', '/', headers), request({}));
    }
    await link.hears('reply', 2);
    expect(seen).toEqual(Array(2).fill(`as sent a=b ${headers}`));
  });

  test('is right among more heads than there are numbers, in whatever order they come', async () => {
    const link = current();
    const asked: Asked[] = [];
    link.handle = ({ url, headers, rawHeaders, whole }, reply) => {
      asked.push({ url, headers, rawHeaders, body: `${whole}` });
      reply.setHeader('x-url', url);
      reply.end(`${whole}`);
    };
    let seed = 7;
    const random = (below: number): number => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    const expected: Asked[] = [];
    for (let id = 0; id < 3000; id += 1) {
      // Some come all the time, others are never seen again, as with an id of a trace.
      const url = random(3) === 0 ? `/of-many/${random(2000)}` : `/of-few/${random(20)}`;
      const headers = ['Host', `h${random(2)}`];
      const body = 'x'.repeat(random(40));
      const requestId = `r-${id}`;
      link.master.send(
        id,
        new RequestLines('POST', url, headers),
        request({ body, requestId, hasLength: true }),
      );
      const own = { 'content-length': `${body.length}`, 'x-request-id': requestId };
      const rawHeaders = [...headers, ...Object.entries(own).flat()];
      expected.push({ url, headers: { host: headers[1], ...own }, rawHeaders, body });
    }
    await link.hears('reply', expected.length);
    expect(asked).toEqual(expected);
    const answers = link.heard.map(({ text, lines, length = 0 }) => [
      text,
      lines?.headersWith(length),
    ]);
    expect(answers).toEqual(
      expected.map(({ url, body }) => [
        body,
        ['x-url', url, 'Content-Length', String(body.length)],
      ]),
    );
  });

  test('breaks the link when its number was never told', async () => {
    const link = current();
    link.handle = (_request, reply) => reply.end();
    const lines = new RequestLines('GET', '/', []);
    link.master.send(1, lines, request({}));
    await link.hears('reply');
    const frame = Buffer.alloc(48);
    frame.writeUInt32LE(48, 0);
    frame[4] = 5; // a reply
    frame[5] = 77; // of this head, with no head in it
    link.sockets[1].write(frame);
    expect(await link.hears('ended')).toMatchObject({
      reason: { message: 'a reply with the unknown head 77' },
    });
  });
});
