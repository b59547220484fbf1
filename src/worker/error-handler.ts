/** Every error reply of a worker: one body, whatever went wrong. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { errorBody, RequestError } from '../errors.js';
import { NO_FACTS, noteFacts, type ReplyFacts } from '../link/frames/reply-facts.js';
import type { WorkerLog } from './worker-log.js';

export const JSON_TYPE = 'application/json';

/** Fastify adds `; charset=utf-8` to a JSON text unless a serializer says that it is ready. */
export function sendJson(reply: FastifyReply, text: string): void {
  reply.header('content-type', JSON_TYPE).serializer(asItIs).send(text);
}

function asItIs(text: string): string {
  return text;
}

export function sendError(reply: FastifyReply, error: RequestError, facts: ReplyFacts): void {
  noteFacts(reply.raw, { ...facts, code: error.code });
  reply.code(error.statusCode).headers(error.headers);
  sendJson(reply, errorBody(error.code, error.message, reply.request.id));
}

/** For what Fastify itself reports and for what a handler did not expect. */
export function errorHandler(
  log: WorkerLog,
): (error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply) => void {
  return (error, request, reply) => {
    const known = toRequestError(error);
    if (known.statusCode >= 500) {
      log.error({ err: error, requestId: request.id }, 'request failed unexpectedly');
    }
    sendError(reply, known, NO_FACTS);
  };
}

/** What a client gets to know of an error; of one that nobody foresaw, nothing. */
export function toRequestError(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  const { code, statusCode = 500, message } = error instanceof Error ? asFastifyError(error) : {};
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return new RequestError('UNSUPPORTED_MEDIA_TYPE', 'the content type is malformed', {
      cause: error,
    });
  }
  if (statusCode >= 400 && statusCode < 500) {
    return new RequestError('BAD_REQUEST', message ?? 'bad request', { cause: error });
  }
  return new RequestError('INTERNAL_ERROR', 'the server failed; its log says why', {
    cause: error,
  });
}

function asFastifyError(error: Error): Partial<FastifyError> {
  return error;
}
