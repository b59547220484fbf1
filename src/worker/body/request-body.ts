/** How a body reaches a handler: its bytes, whole, under any content type. */
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../../errors.js';

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Makes Fastify hand over bodies unparsed: only the handler knows whether they should be JSON,
 * and an error of a body parser would close the client's connection.
 */
export function takeBodiesWhole(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  // By its name as well: Fastify looks that up at once, but parses every type that only `*` covers.
  app.addContentTypeParser(['application/json', '*'], (request, payload, done) => {
    if (wholeOf(request.raw) !== undefined) done(null, undefined);
    else collect(payload, done);
  });
}

/** The body's bytes; empty when there is none. Do not write into them. */
export function bodyOf(request: FastifyRequest): Buffer {
  const whole = wholeOf(request.raw);
  if (whole !== undefined) return whole;
  return Buffer.isBuffer(request.body) ? request.body : NOTHING;
}

/** Over the link a body is here before its handler; on a port it still has to arrive. */
function wholeOf(raw: object): Buffer | undefined {
  return 'whole' in raw && Buffer.isBuffer(raw.whole) ? raw.whole : undefined;
}

function collect(
  payload: IncomingMessage,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const chunks: Buffer[] = [];
  payload.on('data', (chunk: Buffer) => chunks.push(chunk));
  payload.once('end', () => done(null, Buffer.concat(chunks)));
  payload.once('error', (cause) => {
    done(new RequestError('BAD_REQUEST', 'the body ended before it was complete', { cause }));
  });
}
