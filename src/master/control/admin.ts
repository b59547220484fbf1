import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { errorBody, RequestError } from '../../errors.js';
import { pathOf } from '../../link/frames/request-target.js';
import { isSaneRequestId, requestIdMaker } from '../front/request-id.js';
import { checkReadMethod, type Knowledge, liveness, readiness } from '../local-routes.js';
import { asRequestError } from '../models/control-error.js';
import type { Keys } from '../trust/keys.js';
import { keyRefusal } from '../trust/presented-key.js';
import {
  type ControlRequest,
  type ControlRoute,
  controlRoute,
  MOST_CONTROL_BYTES,
} from './control-routes.js';
import { LOG_LEVEL_PATH } from './log-level.js';
import { WORKER_VERBS } from './worker-verbs.js';

export type AdminPorts = {
  readonly knowledge: Knowledge;
  metrics(): Promise<{ readonly contentType: string; readonly text: string }>;
  /** Absent on the public metrics port. */
  readonly status?: () => unknown;
  /** The same: changes what is served. @throws RequestError */
  readonly control?: (route: ControlRoute, request: ControlRequest) => Promise<string>;
  /** With it a key of ours is wanted for everything but health; never on the public metrics port. */
  readonly keys?: Pick<Keys, 'has'> | undefined;
};

type Answer = { readonly status: number; readonly contentType: string; readonly text: string };

const JSON_TYPE = 'application/json';
const OPEN_PATHS: readonly string[] = ['/livez', '/readyz'];
const KEEP_ALIVE_MS = 75_000;

/** The operator's port, and with fewer routes the public metrics port. */
export function makeAdminServer(ports: AdminPorts): Server {
  const makeRequestId = requestIdMaker();
  return createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (message, response) => {
    const given = String(message.headers['x-request-id'] ?? '');
    response.setHeader('x-request-id', isSaneRequestId(given) ? given : makeRequestId());
    void answer(message, response, ports);
  });
}

async function answer(
  message: IncomingMessage,
  response: ServerResponse,
  ports: AdminPorts,
): Promise<void> {
  const { method = 'GET', url = '/' } = message;
  try {
    const path = pathOf(url);
    if (ports.keys !== undefined && !OPEN_PATHS.includes(path)) askForKey(message, ports.keys);
    const route = ports.control && controlRoute(path, 'admin');
    if (route !== undefined && ports.control !== undefined) {
      const asked = { port: 'admin', method, ...(await readControl(message)) } as const;
      const text = await ports.control(route, asked);
      send(response, { status: 200, contentType: JSON_TYPE, text });
      return;
    }
    const read = routes(ports)[path];
    if (read === undefined) throw notFound(path, ports);
    checkReadMethod(method, path);
    send(response, await read());
  } catch (error) {
    sendError(response, error);
  }
}

/** @throws RequestError */
function askForKey({ headersDistinct }: IncomingMessage, keys: Pick<Keys, 'has'>): void {
  const { authorization = [], 'x-api-key': apiKey = [] } = headersDistinct;
  const refusal = keyRefusal({ authorization, apiKey }, keys);
  if (refusal !== undefined) throw refusal;
}

function routes(ports: AdminPorts): Record<string, (() => Answer | Promise<Answer>) | undefined> {
  const { knowledge, status } = ports;
  return {
    '/livez': () => ({ ...liveness(), contentType: JSON_TYPE }),
    '/readyz': () => ({ ...readiness(knowledge), contentType: JSON_TYPE }),
    '/metrics': async () => ({ status: 200, ...(await ports.metrics()) }),
    ...(status && {
      '/status': () => ({ status: 200, contentType: JSON_TYPE, text: JSON.stringify(status()) }),
    }),
  };
}

async function readControl(
  message: IncomingMessage,
): Promise<Pick<ControlRequest, 'headerNames' | 'body'>> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_CONTROL_BYTES) throw tooLarge();
    chunks.push(chunk);
  }
  return { headerNames: new Set(Object.keys(message.headers)), body: Buffer.concat(chunks) };
}

function tooLarge(): RequestError {
  const text = `expected a body of at most ${MOST_CONTROL_BYTES} bytes, got more`;
  return new RequestError('BODY_TOO_LARGE', text, { headers: { connection: 'close' } });
}

function notFound(path: string, ports: AdminPorts): RequestError {
  const controls =
    ports.control === undefined
      ? []
      : ['/reload', ...Object.keys(WORKER_VERBS), LOG_LEVEL_PATH, '/v2/repository/…'];
  const known = [...Object.keys(routes(ports)), ...controls].join(', ');
  return new RequestError(
    'ROUTE_NOT_FOUND',
    `there is no route ${JSON.stringify(path)} on this port; expected one of: ${known}`,
  );
}

function send(response: ServerResponse, { status, contentType, text }: Answer): void {
  const length = Buffer.byteLength(text);
  // Nothing to say has no type.
  const type = length === 0 ? {} : { 'content-type': contentType };
  response.writeHead(status, { ...type, 'content-length': length });
  response.end(text);
}

function sendError(response: ServerResponse, error: unknown): void {
  const known = asRequestError(error);
  for (const [name, value] of Object.entries(known.headers)) response.setHeader(name, value);
  const requestId = String(response.getHeader('x-request-id'));
  const text = errorBody(known.code, known.message, requestId);
  send(response, { status: known.statusCode, contentType: JSON_TYPE, text });
}
