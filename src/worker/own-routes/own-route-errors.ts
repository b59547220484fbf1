/** Errors of a module's own routes, in the form that all errors have. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, REQUEST_ERRORS, RequestError } from '../../errors.js';
import { knownCode, noteCode } from '../../link/frames/reply-facts.js';
import { firstLine, modelError } from '../../model/model-error.js';
import { sendJson } from '../error-handler.js';
import type { WorkerLog } from '../worker-log.js';

/** What Fastify and the likes of http-errors put on an error. */
type Thrown = Partial<FastifyError> & {
  readonly status?: unknown;
  readonly headers?: unknown;
};

type Told = {
  readonly status: number;
  /** One of ours, or the route's own. */
  readonly code: string;
  readonly message: string;
  readonly headers: Readonly<Record<string, string>>;
};

const OWN_CODE = /^(?!FST_)[A-Z][A-Z0-9_]{0,63}$/;

export function ownErrorHandler(
  modelName: string,
  log: WorkerLog,
): (error: unknown, request: FastifyRequest, reply: FastifyReply) => void {
  return (cause, request, reply) => {
    const { status, code, message, headers } = toTold(modelName, cause, reply.statusCode);
    const requestId = request.id;
    if (status >= 500) log.error({ err: cause, model: modelName, requestId }, 'model failed');
    noteCode(reply.raw, knownCode(code));
    // Fastify lets an unread body end its connection; here, no byte of it is left unread.
    reply.removeHeader('connection').code(status).headers(headers);
    sendJson(reply, JSON.stringify({ error: message, code, requestId }));
  };
}

/** @param statusBefore what the route had set when it threw */
function toTold(modelName: string, cause: unknown, statusBefore: number): Told {
  const thrown: Thrown = cause instanceof Error ? cause : {};
  const status = statusOf(thrown, statusBefore);
  const known = toKnown(modelName, cause, thrown, status);
  if (known !== undefined) {
    const { statusCode, code, message, headers } = known;
    return { status: statusCode, code, message, headers };
  }
  const code = OWN_CODE.test(thrown.code ?? '') ? String(thrown.code) : codeOf(status ?? 500);
  return { status: status ?? 500, code, message: firstLine(cause), headers: headersOf(thrown) };
}

/** An error of our own kind; undefined where the route has chosen its status itself. */
function toKnown(
  modelName: string,
  cause: unknown,
  { code = '', validation, message }: Thrown,
  status: number | undefined,
): RequestError | undefined {
  if (cause instanceof RequestError) return cause;
  if (validation !== undefined) return new RequestError('INVALID_INPUT', message ?? '', { cause });
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    const problem = 'the content type is none that this route takes';
    return new RequestError('UNSUPPORTED_MEDIA_TYPE', problem, { cause });
  }
  return status === undefined || code === 'INVALID_INPUT'
    ? modelError(modelName, cause)
    : undefined;
}

function statusOf({ statusCode, status }: Thrown, before: number): number | undefined {
  return [before, statusCode, status].find(isErrorStatus);
}

function isErrorStatus(status: unknown): status is number {
  return Number.isInteger(status) && Number(status) >= 400 && Number(status) <= 599;
}

/** Ours for that status, where one goes without saying. */
function codeOf(status: number): ErrorCode {
  if (status === REQUEST_ERRORS.UNSUPPORTED_MEDIA_TYPE) return 'UNSUPPORTED_MEDIA_TYPE';
  if (status === REQUEST_ERRORS.BODY_TOO_LARGE) return 'BODY_TOO_LARGE';
  return status < 500 ? 'BAD_REQUEST' : 'MODEL_ERROR';
}

function headersOf({ headers }: Thrown): Record<string, string> {
  if (typeof headers !== 'object' || headers === null) return {};
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}
