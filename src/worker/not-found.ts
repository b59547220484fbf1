/** What no route answers: 404, or 405 where another method would have been right. */
import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { NO_FACTS } from '../link/frames/reply-facts.js';
import { pathOf } from '../link/frames/request-target.js';
import { readV1Path } from '../model/paths/v1-path.js';
import { readV2Path } from '../model/paths/v2-path.js';
import { sendError } from './error-handler.js';

const READING = 'GET, HEAD';
/** The master answers these before a worker sees them; the app says the same where it stands alone. */
const MASTER_PATHS: readonly string[] = [
  '/livez',
  '/readyz',
  '/v1/models',
  '/v2',
  '/v2/health/live',
  '/v2/health/ready',
];
const V1_METHODS: ReadonlyMap<string, string> = new Map([
  [':predict', 'POST'],
  ['/metadata', READING],
  ['', READING],
]);
const V2_METHODS: ReadonlyMap<string, string> = new Map([
  ['/infer', 'POST'],
  ['/config', READING],
  ['/ready', READING],
  ['/stats', READING],
  ['', READING],
]);
const LONGEST_PATH = 200;

export function addNotFound(app: FastifyInstance): void {
  for (const method of METHODS) {
    // Fastify takes nine methods; one that it does not know would be a 404 on every path.
    if (!app.supportedMethods.includes(method)) app.addHttpMethod(method, { hasBody: true });
  }
  app.setNotFoundHandler((request, reply) => {
    sendError(reply, notAnswered(request), NO_FACTS);
  });
}

/** Why no handler takes it: there is no such path, or not for this method. */
export function notAnswered(request: FastifyRequest): RequestError {
  const methods = methodsOf(pathOf(request.url));
  if (methods === undefined || methods.includes(request.method)) return notFound(request);
  return allowOnly(methods, request);
}

function methodsOf(path: string): string | undefined {
  if (path === '/predict') return 'POST';
  if (MASTER_PATHS.includes(path)) return READING;
  const v1 = readV1Path(path);
  if (v1 !== undefined) return V1_METHODS.get(v1.verb);
  const v2 = readV2Path(path);
  return v2 === undefined ? undefined : V2_METHODS.get(v2.verb);
}

function notFound(request: FastifyRequest): RequestError {
  const path = JSON.stringify(pathOf(request.url).slice(0, LONGEST_PATH));
  return new RequestError(
    'ROUTE_NOT_FOUND',
    `there is no route ${path}; expected POST /predict, POST /v1/models/NAME:predict, POST /v2/models/NAME/infer, GET /v1/models or GET /v2/models/NAME`,
  );
}

function allowOnly(methods: string, request: FastifyRequest): RequestError {
  const path = JSON.stringify(pathOf(request.url).slice(0, LONGEST_PATH));
  return new RequestError(
    'METHOD_NOT_ALLOWED',
    `${request.method} is not allowed for ${path}; expected ${methods}`,
    { headers: { allow: methods } },
  );
}
