// The app of the parity suite: every way in which a Fastify handler can look at a
// request or make a reply. It is served through a port and through the link.

import { createHash } from 'node:crypto';
import { PassThrough, pipeline, Readable, Transform } from 'node:stream';
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { digest } from './link-parity-bodies.js';
import { addRaw, addRequests } from './link-parity-raw.js';
import { addErrors, addReplies, addStreams } from './link-parity-replies.js';

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
  // A request destroyed by its pipeline can still be answered.
  app.addContentTypeParser('application/x-fails', (_request, payload, done) => {
    const fails = new Transform({ transform: (_chunk, _encoding, next) => next(new Error('no')) });
    pipeline(payload, fails, (error) => done(null, `survived ${error?.message}`));
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
