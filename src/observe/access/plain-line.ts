import type { AccessLogFormat, AccessLogPart, Atom, Fact } from '../../config/access-log-format.js';
import { pathOf, queryOf } from '../../link/frames/request-target.js';
import type { FinishedRequest } from '../finished-request.js';
import { commonLogClock } from './common-log-clock.js';
import { escaped } from './escaped.js';

type Read = (request: FinishedRequest, nowMs: number) => string | number;

const NOTHING = '-';
const MICROS_PER_MS = 1000;
const MS_PER_SECOND = 1000;

/**
 * The line of a format, put together as one string. What the format says is
 * looked at once; a request costs a call for each part. Whatever a client
 * chose is escaped, so that it cannot end the line or close a quote.
 */
export function plainLine(
  format: AccessLogFormat,
): (request: FinishedRequest, nowMs: number) => string {
  const readers = format.map(reader);
  return (request, nowMs) => {
    let line = '';
    for (const read of readers) line += read(request, nowMs);
    return `${line}\n`;
  };
}

function reader(part: AccessLogPart): Read {
  switch (part.kind) {
    case 'text': {
      const text = escaped(part.text, false);
      return () => text;
    }
    case 'atom':
      return part.atom === 't' ? commonLogTime() : READERS[part.atom];
    case 'request header':
      if (part.name === 'x-request-id') return FACT_READERS.requestId;
      if (part.name === 'content-length') return lengthOf;
      return ({ headers }) => headerOf(headers, part.name);
    case 'answer header':
      return ({ answerHeaders }) => headerOf(answerHeaders, part.name);
    case 'fact':
      return FACT_READERS[part.name];
  }
}

function commonLogTime(): Read {
  const clock = commonLogClock();
  return (_request, nowMs) => clock(nowMs);
}

const PID = `<${process.pid}>`;

const READERS: Readonly<Record<Exclude<Atom, 't'>, Read>> = {
  h: ({ remoteAddress }) => remoteAddress ?? NOTHING,
  l: () => NOTHING,
  u: ({ headers }) => userOf(headers),
  r: ({ method, url, protocol }) => `${escaped(method)} ${escaped(url)} ${protocol}`,
  m: ({ method }) => escaped(method),
  U: ({ url }) => escaped(pathOf(url)),
  q: ({ url }) => escaped(queryOf(url)),
  H: ({ protocol }) => protocol,
  s: ({ status }) => status,
  B: ({ bytesOut }) => bytesOut,
  b: ({ bytesOut }) => (bytesOut === 0 ? NOTHING : bytesOut),
  f: ({ headers }) => headerOf(headers, 'referer'),
  a: ({ headers }) => headerOf(headers, 'user-agent'),
  T: ({ totalMs }) => Math.floor(totalMs / MS_PER_SECOND),
  M: ({ totalMs }) => Math.floor(totalMs),
  D: ({ totalMs }) => Math.round(totalMs * MICROS_PER_MS),
  L: ({ totalMs }) => (totalMs / MS_PER_SECOND).toFixed(6),
  p: () => PID,
};

const FACT_READERS: Readonly<Record<Fact, Read>> = {
  requestId: ({ requestId }) => escaped(requestId),
  model: ({ model }) => escaped(model),
  version: ({ version }) => version || NOTHING,
  route: ({ route }) => escaped(route),
  slot: ({ slot }) => slot ?? NOTHING,
  code: ({ code }) => code ?? NOTHING,
  rows: ({ rows }) => rows,
  bytesIn: ({ bytesIn }) => bytesIn,
  bytesOut: ({ bytesOut }) => bytesOut,
  queueMs: ({ queueMs }) => millis(queueMs),
  runMs: ({ runMs }) => millis(runMs),
  totalMs: ({ totalMs }) => millis(totalMs),
  REMOTE_ADDR: ({ remoteAddress }) => remoteAddress ?? NOTHING,
  REQUEST_METHOD: ({ method }) => escaped(method),
  RAW_URI: ({ url }) => escaped(url),
  PATH_INFO: ({ url }) => escaped(pathOf(url)),
  QUERY_STRING: ({ url }) => escaped(queryOf(url)),
  SERVER_PROTOCOL: ({ protocol }) => protocol,
};

/** As the header of that name says it. */
function lengthOf({ hasLength, bytesIn }: FinishedRequest): string | number {
  return hasLength ? bytesIn : NOTHING;
}

function millis(ms: number | undefined): string {
  return ms === undefined ? NOTHING : ms.toFixed(3);
}

/** Flat list: name, value, name, value. Several of one name are joined, as Node does. */
function headerOf(headers: readonly string[], name: string): string {
  const value = headerValue(headers, name);
  return value === undefined ? NOTHING : escaped(value);
}

function headerValue(headers: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (let at = 0; at + 1 < headers.length; at += 2) {
    if (headers[at]?.toLowerCase() !== name) continue;
    const value = headers[at + 1] ?? '';
    found = found === undefined ? value : `${found}, ${value}`;
  }
  return found;
}

/** The name alone: the password is behind the colon. */
function userOf(headers: readonly string[]): string {
  const [, encoded] = /^basic\s+(\S+)$/i.exec(headerValue(headers, 'authorization') ?? '') ?? [];
  if (encoded === undefined) return NOTHING;
  const pair = Buffer.from(encoded, 'base64').toString('latin1');
  const colon = pair.indexOf(':');
  return colon <= 0 ? NOTHING : escaped(pair.slice(0, colon));
}
