// Routes of the parity app that reply through Fastify: plain, failing, streamed.
import { PassThrough, pipeline, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { digest, largeBody, pieces } from './link-parity-bodies.js';

export function addReplies(app: FastifyInstance): void {
  app.get('/json', async () => ({ hello: 'world', rows: [1, 2.5, null], text: 'grün ✓' }));
  app.get('/string', (_request, reply) => reply.send('plain grün ✓'));
  app.get('/html', (_request, reply) => reply.type('text/html').send('<p>hi</p>'));
  app.get('/buffer', (_request, reply) => reply.send(Buffer.from([0, 1, 2, 255, 10, 13])));
  app.get('/typed', (_request, reply) => reply.send(new Float32Array([1, 2, 3])));
  app.get('/large', (_request, reply) => reply.send(largeBody()));
  app.get('/large-text', (_request, reply) => reply.send('ü'.repeat(1024 * 1024)));
  app.get('/middle-text', (_request, reply) => reply.send('ü'.repeat(6000)));
  app.get('/empty', (_request, reply) => reply.send());
  app.get('/empty-string', (_request, reply) => reply.send(''));
  app.get('/null', (_request, reply) => reply.send(null));
  app.get('/204', (_request, reply) => reply.code(204).send());
  app.get('/204-body', (_request, reply) => reply.code(204).send({ never: 'seen' }));
  app.get('/204-stream', (_request, reply) => reply.code(204).send(Readable.from(['x'])));
  app.get('/304', (_request, reply) => reply.code(304).header('etag', '"1"').send());
  app.get('/304-body', (_request, reply) => reply.code(304).send('unseen'));
  app.get('/201', (_request, reply) => reply.code(201).header('x-made', 1).send({ id: 1 }));
  app.get('/599', (_request, reply) => reply.code(599).send('odd'));
  app.get('/redirect', (_request, reply) => reply.redirect('/json'));
  app.get('/redirect-301', (_request, reply) => reply.redirect('/json', 301));
  app.get('/cookies', (_request, reply) =>
    reply
      .header('set-cookie', 'a=1')
      .header('set-cookie', ['b=2', 'c=3'])
      .header('Cache-Control', 'no-store')
      .send('ok'),
  );
  app.get('/array-header', (_request, reply) => reply.header('vary', ['a', 'b']).send('ok'));
  app.get('/length', (_request, reply) => reply.header('content-length', 999).send('short'));
  app.get('/trailers', (_request, reply) => {
    reply.trailer('x-sum', async (_reply: unknown, payload: unknown) =>
      digest(Buffer.from(String(payload))),
    );
    reply.trailer('x-two', (_reply, _payload, done) => done(null, 'two'));
    return reply.send('with trailers');
  });
  app.get('/trailers-stream', (_request, reply) => {
    reply.trailer('x-end', async () => 'end');
    return reply.send(Readable.from(['one', 'two']));
  });
  app.head('/head', (_request, reply) => reply.header('x-head', 'yes').send('unseen'));
  app.head('/head-length', (_request, reply) => reply.header('content-length', 1234).send());
  app.options('/options', (_request, reply) => reply.header('allow', 'GET').send());
  app.delete('/delete', async (request) => ({ body: request.body ?? null }));
}

export function addErrors(app: FastifyInstance): void {
  const failure = (statusCode?: number): Error =>
    Object.assign(new Error('it broke'), statusCode === undefined ? {} : { statusCode });
  app.get('/throw', () => {
    throw failure();
  });
  app.get('/throw-422', () => {
    throw failure(422);
  });
  app.get('/throw-async', async () => {
    throw failure(409);
  });
  app.get('/send-error', (_request, reply) => reply.code(418).send(failure()));
  app.get('/error-headers', () => {
    throw Object.assign(failure(503), { headers: { 'retry-after': '7', allow: 'GET' } });
  });
  app.get('/bad-header', (_request, reply) => reply.header('x-bad', 'line\nfeed').send('never'));
  app.get('/bad-header-char', (_request, reply) => reply.header('x-bad', 'gr✓n').send('never'));
  app.get('/bad-name', (_request, reply) => reply.header('x bad', 'value').send('never'));
  app.get('/bad-payload', (_request, reply) => reply.type('text/plain').send({ not: 'text' }));
  app.get('/call-not-found', (_request, reply) => reply.callNotFound());
  app.post(
    '/validated',
    {
      schema: {
        body: { type: 'object', required: ['rows'], properties: { rows: { type: 'integer' } } },
      },
    },
    async (request) => request.body,
  );
  app.post('/tiny', { bodyLimit: 10 }, async (request) => request.body);
}

export function addStreams(app: FastifyInstance): void {
  app.get('/stream', (_request, reply) => reply.send(Readable.from(['one ', 'two ', 'three'])));
  app.get('/stream-typed', (_request, reply) =>
    reply
      .type('text/event-stream')
      .header('x-s', '1')
      .send(Readable.from(['data: 1\n\n'])),
  );
  app.get('/stream-length', (_request, reply) =>
    reply.header('content-length', 6).send(Readable.from(['abc', 'def'])),
  );
  app.get('/stream-empty', (_request, reply) => reply.send(Readable.from([])));
  app.get('/stream-slow', (_request, reply) => {
    async function* slowly(): AsyncGenerator<string> {
      for (const word of ['a', 'b', 'c']) {
        await sleep(2);
        yield word;
      }
    }
    return reply.send(Readable.from(slowly()));
  });
  app.get('/stream-large', (_request, reply) => reply.send(Readable.from(pieces())));
  app.get('/stream-pipeline', (_request, reply) => {
    const through = new PassThrough();
    pipeline(Readable.from(pieces()), through, () => {});
    return reply.send(through);
  });
  app.get('/stream-fails-midway', (_request, reply) => {
    async function* fails(): AsyncGenerator<string> {
      yield 'first';
      await sleep(20);
      throw new Error('midway');
    }
    return reply.send(Readable.from(fails()));
  });
  app.get('/stream-fails-early', (_request, reply) => {
    const body = new Readable({ read: () => {} });
    process.nextTick(() => body.destroy(Object.assign(new Error('early'), { statusCode: 410 })));
    return reply.send(body);
  });
  app.get('/web-stream', (_request, reply) => reply.send(new Response('web body').body));
  app.get(
    '/web-response',
    async () =>
      new Response('made', { status: 203, headers: { 'x-web': 'yes', 'set-cookie': 'w=1' } }),
  );
  app.get('/web-response-empty', async () => new Response(null, { status: 202 }));
  app.get('/web-stream-fails', (_request, reply) => reply.send(failingWebStream()));
}

function failingWebStream(): ReadableStream {
  let isBegun = false;
  return new ReadableStream({
    async pull(controller: { error(reason: Error): void; enqueue(chunk: Uint8Array): void }) {
      if (isBegun) controller.error(new Error('midway'));
      else controller.enqueue(Buffer.from('first'));
      isBegun = true;
      await sleep(20);
    },
  });
}
