// The app of the parity suite: every way in which a Fastify handler can look at a
// request or make a reply. It is served through a port and through the link.

import { createHash } from 'node:crypto';
import { PassThrough, pipeline, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';

const LARGE_BYTES = 5 * 1024 * 1024;

export function largeBody(): Buffer {
  const body = Buffer.alloc(LARGE_BYTES);
  for (let at = 0; at < body.length; at += 4) body.writeUInt32LE((at * 2654435761) >>> 0, at);
  return body;
}

function digest(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

export async function parityApp(
  serverFactory?: FastifyServerOptions['serverFactory'],
): Promise<FastifyInstance> {
  const app = fastify({
    bodyLimit: 8 * 1024 * 1024,
    trustProxy: (address) => address === '10.0.0.1',
    ...(serverFactory === undefined ? {} : { serverFactory }),
  });
  addParsers(app);
  addReplies(app);
  addErrors(app);
  addStreams(app);
  addRequests(app);
  addRaw(app);
  await app.register(addHooks, { prefix: '/hooks' });
  await app.register(addHandlers, { prefix: '/own' });
  await app.ready();
  return app;
}

function addParsers(app: FastifyInstance): void {
  app.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    (_request, body, done) => done(null, body),
  );
  app.addContentTypeParser('application/x-stream', (_request, payload, done) => {
    let bytes = 0;
    payload.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
    });
    payload.on('end', () => done(null, { bytes }));
    payload.on('error', done);
  });
  app.addContentTypeParser(
    'application/x-iterate',
    async (_request: unknown, payload: Readable) => {
      const chunks: Buffer[] = [];
      for await (const chunk of payload) chunks.push(chunk as Buffer);
      return digest(Buffer.concat(chunks));
    },
  );
  app.addContentTypeParser('application/x-pipe', (_request, payload, done) => {
    const through = new PassThrough();
    const hash = createHash('sha256');
    through.on('data', (chunk: Buffer) => hash.update(chunk));
    pipeline(payload, through, (error) => done(error ?? null, hash.digest('hex')));
  });
  app.addContentTypeParser('application/x-raw', (request, _payload, done) => {
    request.raw.setEncoding('utf8');
    let text = '';
    request.raw.on('readable', () => {
      for (let part = request.raw.read(); part !== null; part = request.raw.read()) text += part;
    });
    request.raw.once('end', () => done(null, text));
  });
}

function addReplies(app: FastifyInstance): void {
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
    reply.trailer('x-sum', async (_reply, payload) => digest(Buffer.from(String(payload))));
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

function addErrors(app: FastifyInstance): void {
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

function addStreams(app: FastifyInstance): void {
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
  app.get('/web-stream-fails', (_request, reply) =>
    reply.send(
      new ReadableStream({
        async pull(controller) {
          if (this.isBegun) controller.error(new Error('midway'));
          else controller.enqueue(Buffer.from('first'));
          this.isBegun = true;
          await sleep(20);
        },
        isBegun: false,
      } as UnderlyingDefaultSource & { isBegun: boolean }),
    ),
  );
}

function* pieces(): Generator<Buffer> {
  const body = largeBody();
  for (let at = 0; at < body.length; at += 100_000) yield body.subarray(at, at + 100_000);
}

function addRequests(app: FastifyInstance): void {
  app.all('/echo', async (request) => ({ body: request.body ?? null, query: request.query }));
  app.post('/echo-buffer', async (request) => request.body);
  app.post('/digest', async (request) => ({ digest: digest(request.body as Buffer) }));
  app.get('/headers', async (request) => ({
    headers: request.headers,
    raw: request.raw.rawHeaders.filter((_value, index) => index % 2 === 0),
    distinct: request.raw.headersDistinct,
  }));
  app.get('/facts/:name', async (request) => ({
    ip: request.ip,
    ips: request.ips,
    host: request.host,
    hostname: request.hostname,
    port: request.port,
    protocol: request.protocol,
    method: request.method,
    url: request.url,
    originalUrl: request.originalUrl,
    params: request.params,
    query: request.query,
    is404: request.is404,
    version: request.raw.httpVersion,
    major: request.raw.httpVersionMajor,
    family: request.socket.remoteFamily,
    isAborted: request.raw.aborted,
    isDestroyed: request.socket.destroyed,
    route: request.routeOptions.url,
  }));
  app.post('/complete', async (request) => ({
    complete: request.raw.complete,
    body: request.body,
  }));
}

function addRaw(app: FastifyInstance): void {
  app.get('/raw-set-header', (_request, reply) => {
    reply.raw.setHeader('X-Raw', 'before');
    reply.raw.setHeader('x-over', 'raw');
    reply.header('x-over', 'fastify').send({ ok: reply.getHeader('x-raw') });
  });
  app.get('/hijack', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(202, 'Fine', { 'X-One': '1', 'Content-Type': 'text/plain' });
    reply.raw.write('first ');
    reply.raw.write(Buffer.from('second '));
    reply.raw.write('dGhpcmQ=', 'base64');
    reply.raw.end(' last');
  });
  app.get('/hijack-end', (_request, reply) => {
    reply.hijack();
    reply.raw.end('just this');
  });
  app.get('/hijack-end-latin1', (_request, reply) => {
    reply.hijack();
    reply.raw.end('grün', 'latin1');
  });
  app.get('/hijack-empty', (_request, reply) => {
    reply.hijack();
    reply.raw.end();
  });
  app.get('/hijack-head-end', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, ['x-flat', 'a', 'x-flat', 'b']);
    reply.raw.end('body');
  });
  app.get('/hijack-set-and-head', (_request, reply) => {
    reply.hijack();
    reply.raw.setHeader('x-a', ['1', '2']);
    reply.raw.appendHeader('x-a', '3');
    reply.raw.setHeader('x-gone', 'x');
    reply.raw.removeHeader('X-Gone');
    reply.raw.writeHead(200, { 'x-b': 5 });
    reply.raw.end(JSON.stringify([reply.raw.getHeaderNames(), reply.raw.getHeaders()]));
  });
  app.get('/hijack-204', (_request, reply) => {
    reply.hijack();
    reply.raw.statusCode = 204;
    reply.raw.end('unseen');
  });
  app.get('/hijack-no-length', (_request, reply) => {
    reply.hijack();
    reply.raw.removeHeader('content-length');
    reply.raw.end('chunked');
  });
  app.get('/hijack-flush', (_request, reply) => {
    reply.hijack();
    reply.raw.flushHeaders();
    setTimeout(() => reply.raw.end('later'), 5);
  });
  app.get('/hijack-pipe', (_request, reply) => {
    reply.hijack();
    Readable.from(pieces()).pipe(reply.raw);
  });
  app.get('/hijack-pipeline', (_request, reply) => {
    reply.hijack();
    reply.raw.setHeader('x-p', '1');
    pipeline(Readable.from(pieces()), reply.raw, () => {});
  });
  app.get('/hijack-trailers', (_request, reply) => {
    reply.hijack();
    reply.raw.writeHead(200, { Trailer: 'x-t' });
    reply.raw.write('body');
    reply.raw.addTrailers({ 'x-t': 'yes' });
    reply.raw.end();
  });
  app.get('/hijack-destroy', (_request, reply) => {
    reply.hijack();
    reply.raw.destroy();
  });
  app.get('/hijack-destroy-midway', (_request, reply) => {
    reply.hijack();
    reply.raw.write('some');
    setTimeout(() => reply.raw.destroy(), 20);
  });
  app.get('/socket-destroy', (request, reply) => {
    reply.hijack();
    request.raw.socket.destroy();
  });
  app.get('/events', async (_request, reply) => {
    const seen: string[] = [];
    for (const name of ['pipe', 'unpipe', 'finish', 'close', 'error']) {
      reply.raw.on(name, () => seen.push(name));
    }
    app.get = app.get.bind(app);
    Readable.from(['x']).pipe(reply.raw);
    await finished(reply.raw);
    lastEvents = seen;
    return reply;
  });
  app.get('/last-events', async () => lastEvents);
  app.get('/raw-errors', (_request, reply) => {
    reply.hijack();
    const codes = rawErrors(reply.raw);
    reply.raw.end(JSON.stringify(codes));
  });
}

let lastEvents: string[] = [];

function codeOf(act: () => void): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return `${(error as Error).name} ${(error as NodeJS.ErrnoException).code}`;
  }
}

function rawErrors(raw: import('node:http').ServerResponse): string[] {
  const codes = [
    codeOf(() => raw.setHeader('bad name', 'x')),
    codeOf(() => raw.setHeader('x', 'line\nfeed')),
    codeOf(() => raw.setHeader('x', undefined as never)),
    codeOf(() => raw.writeHead(42)),
    codeOf(() => raw.writeHead(200, 'bad\nreason')),
    codeOf(() => raw.writeHead(200, { 'x-y': '\u0000' })),
    codeOf(() => raw.write(null as never)),
    codeOf(() => raw.write(5 as never)),
    codeOf(() => raw.addTrailers({ 'x-t': 'a\r\nb' })),
  ];
  raw.statusMessage = 'OK';
  raw.writeHead(200);
  codes.push(codeOf(() => raw.writeHead(200)));
  codes.push(codeOf(() => raw.setHeader('x', 'y')));
  codes.push(codeOf(() => raw.appendHeader('x', 'y')));
  codes.push(codeOf(() => raw.removeHeader('x')));
  codes.push(String(raw.headersSent), String(raw.writableEnded), String(raw.writable));
  return codes;
}

async function addHooks(app: FastifyInstance): Promise<void> {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-on-request', request.method);
  });
  app.addHook('preParsing', async (_request, _reply, payload) => payload.pipe(new PassThrough()));
  app.addHook('preValidation', async (_request, reply) => {
    reply.header('x-pre-validation', '1');
  });
  app.addHook('preHandler', (request, reply, done) => {
    if (request.url.endsWith('/stopped')) reply.code(401).send({ stopped: true });
    else done();
  });
  app.addHook('preSerialization', async (_request, _reply, payload) => ({ wrapped: payload }));
  app.addHook('onSend', async (_request, reply, payload) => {
    reply.header('x-on-send', typeof payload);
    return payload;
  });
  let responses = 0;
  app.addHook('onResponse', async () => {
    responses += 1;
  });
  app.get('/get', async () => ({ got: true }));
  app.get('/responses', async () => ({ hasAny: responses > 0 }));
  app.post('/post', async (request) => request.body);
  app.get('/stopped', async () => 'never');
  app.get('/throws', async () => {
    throw new Error('in a hook scope');
  });
}

async function addHandlers(app: FastifyInstance): Promise<void> {
  app.setErrorHandler((error: Error, request, reply) => {
    reply.code(507).header('x-own', request.url).send({ own: error.message });
  });
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).type('text/plain').send(`nothing at ${request.url}`);
  });
  app.get('/throws', async () => {
    throw new Error('mine');
  });
  app.get('/stream-fails-early', (_request, reply) => {
    const body = new Readable({ read: () => {} });
    process.nextTick(() => body.destroy(new Error('early')));
    return reply.send(body);
  });
  app.post('/json', async (request) => request.body);
}
