/** What no route answers: 404, or 405 where another method would have been right. */
import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { RequestError } from '../errors.js';
import { NO_FACTS } from '../link/reply-facts.js';
import { sendError } from './error-handler.js';

const READING = 'GET, HEAD';
/** The master answers these before a worker sees them; the app says the same where it stands alone. */
const MASTER_PATHS: readonly string[] = ['/livez', '/readyz', '/v1/models'];
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

function notAnswered(request: FastifyRequest): RequestError {
  const path = pathOf(request);
  const isReading = request.method === 'GET' || request.method === 'HEAD';
  if (path === '/predict' || isPredictTarget(path)) return allowOnly('POST', request);
  const isMasters = MASTER_PATHS.includes(path) || isModelPath(path);
  return isMasters && !isReading ? allowOnly(READING, request) : notFound(request);
}

function isPredictTarget(path: string): boolean {
  return /^\/v1\/models\/[^/]+:predict$/.test(path);
}

function isModelPath(path: string): boolean {
  return /^\/v1\/models\/[^/:]+$/.test(path);
}

export function notFound(request: FastifyRequest): RequestError {
  const path = JSON.stringify(pathOf(request).slice(0, LONGEST_PATH));
  return new RequestError(
    'ROUTE_NOT_FOUND',
    `there is no route ${path}; expected POST /predict, POST /v1/models/NAME:predict, GET /v1/models or GET /v1/models/NAME`,
  );
}

export function allowOnly(methods: string, request: FastifyRequest): RequestError {
  const path = JSON.stringify(pathOf(request).slice(0, LONGEST_PATH));
  return new RequestError(
    'METHOD_NOT_ALLOWED',
    `${request.method} is not allowed for ${path}; expected ${methods}`,
    { headers: { allow: methods } },
  );
}

function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '';
}
