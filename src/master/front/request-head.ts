/**
 * What the master decides from a request's head alone: its limits, its id, and
 * which headers travel on to the worker. Pure; one pass over the raw headers,
 * because every request pays for it.
 */
import { RequestError } from '../../errors.js';
import { RequestLines } from '../../link/frames/request-lines.js';
import { pathOf } from '../../link/frames/request-target.js';
import { type Claims, claimName } from '../trust/claims.js';
import { isSaneRequestId } from './request-id.js';

/** gunicorn's three limits; 0 means no limit. */
export type HeadLimits = {
  readonly lineBytes: number;
  readonly fields: number;
  readonly fieldBytes: number;
};

export type RequestHead = {
  /** Undefined: it brings none that can be used. */
  readonly requestId: string | undefined;
  /** For the worker: the target in origin form, and headers without hop-by-hop ones, id and length. */
  readonly lines: RequestLines;
  /** The path of the target. */
  readonly path: string;
  /** It states a length, or comes in chunks. */
  readonly hasLength: boolean;
  /** What it states; 0 without a body, undefined when it comes in chunks. */
  readonly declaredBytes: number | undefined;
  /** What the client allows for waiting and running together; undefined when it does not say. */
  readonly clientTimeoutMs: number | undefined;
  /** What it claims to be, and what is not in `headers`; undefined when it claims nothing. */
  readonly claims: Claims | undefined;
};

type Scan = {
  headers: string[];
  hosts: number;
  length: number | undefined;
  isChunked: boolean;
  requestId: string | undefined;
  timeoutMs: number | undefined;
  claims: string[] | undefined;
};

const VERSION_AND_SPACES = ' '.length + ' HTTP/1.1'.length;

/** @throws RequestError BAD_REQUEST or HEADERS_TOO_LARGE */
export function readHead(
  method: string,
  target: string,
  rawHeaders: readonly string[],
  isHttp11: boolean,
  limits: HeadLimits,
): RequestHead {
  checkLine(method.length + target.length + VERSION_AND_SPACES, limits.lineBytes);
  checkFieldCount(rawHeaders.length / 2, limits.fields);
  const scan = scanHeaders(rawHeaders, limits.fieldBytes);
  if (scan.hosts > 1 || (scan.hosts === 0 && isHttp11)) {
    throw new RequestError(
      'BAD_REQUEST',
      `expected exactly one Host header, got ${scan.hosts === 0 ? 'none' : scan.hosts}`,
    );
  }
  const { headers, claims, length = 0, isChunked } = scan;
  const url = originForm(target);
  return {
    requestId: scan.requestId,
    lines: new RequestLines(method, url, headers),
    path: pathOf(url),
    hasLength: isChunked || scan.length !== undefined,
    declaredBytes: isChunked ? undefined : length,
    claims,
    clientTimeoutMs: scan.timeoutMs,
  };
}

function checkLine(bytes: number, limit: number): void {
  if (limit > 0 && bytes > limit) {
    throw new RequestError(
      'HEADERS_TOO_LARGE',
      `the request line has ${bytes} bytes; the limit is ${limit} (limit-request-line)`,
    );
  }
}

function checkFieldCount(count: number, limit: number): void {
  if (limit > 0 && count > limit) {
    throw new RequestError(
      'HEADERS_TOO_LARGE',
      `the request has ${count} header fields; the limit is ${limit} (limit-request-fields)`,
    );
  }
}

function scanHeaders(rawHeaders: readonly string[], fieldLimit: number): Scan {
  const scan: Scan = {
    headers: [],
    hosts: 0,
    length: undefined,
    isChunked: false,
    requestId: undefined,
    timeoutMs: undefined,
    claims: undefined,
  };
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] as string;
    const value = rawHeaders[i + 1] as string;
    if (fieldLimit > 0 && name.length + ': '.length + value.length > fieldLimit) {
      throw new RequestError(
        'HEADERS_TOO_LARGE',
        `the header field ${name.slice(0, 64)} has ${name.length + 2 + value.length} bytes; ` +
          `the limit is ${fieldLimit} (limit-request-field-size)`,
      );
    }
    takeHeader(scan, name, value);
  }
  return scan;
}

/** The switch on the length spares most headers the lower-casing. */
function takeHeader(scan: Scan, name: string, value: string): void {
  switch (name.length) {
    case 2: // te
    case 6: // expect
    case 7: // upgrade, trailer
    case 10: // connection, keep-alive
    case 16: // proxy-connection
      if (isHopByHop(name.toLowerCase())) return;
      break;
    case 17:
      if (name.toLowerCase() === 'transfer-encoding') {
        scan.isChunked = true;
        return;
      }
      break;
    case 14:
      if (name.toLowerCase() === 'content-length') {
        scan.length = Number(value);
        return;
      }
      break;
    case 4:
      if (name.toLowerCase() === 'host') scan.hosts += 1;
      break;
    case 12:
      if (name.toLowerCase() === 'x-request-id') {
        if (isSaneRequestId(value)) scan.requestId ??= value;
        return;
      }
      break;
    case 20:
      if (name.toLowerCase() === TIMEOUT_HEADER)
        scan.timeoutMs = readTimeout(value, scan.timeoutMs);
      break;
  }
  const claim = claimName(name);
  if (claim === undefined) {
    scan.headers.push(name, value);
    return;
  }
  scan.claims ??= [];
  scan.claims.push(claim, value);
}

const TIMEOUT_HEADER = 'x-request-timeout-ms';
/** As many digits as a number can hold exactly. */
const WHOLE = /^[0-9]{1,15}$/;

function readTimeout(value: string, before: number | undefined): number {
  const timeoutMs = WHOLE.test(value) ? Number(value) : 0;
  if (timeoutMs > 0 && (before === undefined || before === timeoutMs)) return timeoutMs;
  const got =
    timeoutMs > 0 ? `both ${before} and ${timeoutMs}` : JSON.stringify(value.slice(0, 64));
  const expected = 'expected a whole number of milliseconds, 1 or more, of at most 15 digits';
  throw new RequestError('BAD_REQUEST', `${TIMEOUT_HEADER}: ${expected}, got ${got}`);
}

function isHopByHop(name: string): boolean {
  switch (name) {
    case 'te':
    case 'expect':
    case 'upgrade':
    case 'trailer':
    case 'connection':
    case 'keep-alive':
    case 'proxy-connection':
      return true;
    default:
      return false;
  }
}

/** Proxies send the absolute form (`GET http://host/path`); routes know only paths. */
function originForm(target: string): string {
  if (target.charCodeAt(0) === 47 /* / */ || target === '*') return target;
  const absolute = /^https?:\/\/[^/?#]*(?<rest>.*)$/i.exec(target);
  if (absolute === null) {
    throw new RequestError(
      'BAD_REQUEST',
      'the request target must be a path that starts with "/" or an http URL',
    );
  }
  const rest = absolute.groups?.rest ?? '';
  return rest.startsWith('/') ? rest : `/${rest}`;
}
