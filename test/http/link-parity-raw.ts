// Routes of the parity app that use the raw request and the raw reply.

import type { ServerResponse } from 'node:http';
import { pipeline, Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyInstance } from 'fastify';
import { digest, pieces } from './link-parity-bodies.js';

export function addRequests(app: FastifyInstance): void {
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

export function addRaw(app: FastifyInstance): void {
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
    Readable.from(['x']).pipe(reply.raw);
    await finished(reply.raw);
    lastEvents = seen;
    return reply;
  });
  app.get('/last-events', async () => lastEvents);
  app.get('/hijack-pipeline-fails', (_request, reply) => {
    reply.hijack();
    async function* fails(): AsyncGenerator<Buffer> {
      yield* pieces();
      throw new Error('after megabytes');
    }
    pipeline(fails, reply.raw, () => {});
  });
  app.get('/hijack-pipeline-request', (request, reply) => {
    reply.hijack();
    pipeline(request.raw, reply.raw, () => {});
  });
  const onRequestAbort = async (): Promise<void> => void left.push('aborted hook');
  app.get('/leave', { onRequestAbort }, (request) => {
    left.push('arrived');
    request.signal.addEventListener('abort', () => left.push('signal'));
    request.raw.on('close', () => left.push(`closed ${request.raw.aborted}`));
    return new Promise(() => {});
  });
  app.get('/raw-errors', (_request, reply) => {
    reply.hijack();
    const codes = rawErrors(reply.raw);
    reply.raw.end(JSON.stringify(codes));
  });
}

let lastEvents: string[] = [];
let left: string[] = [];

/** What the handler of /leave notices from now on. */
export function listenForLeaving(): string[] {
  left = [];
  return left;
}

function codeOf(act: () => void): string {
  try {
    act();
    return 'none';
  } catch (error) {
    return `${(error as Error).name} ${(error as NodeJS.ErrnoException).code}`;
  }
}

function rawErrors(raw: ServerResponse): string[] {
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
