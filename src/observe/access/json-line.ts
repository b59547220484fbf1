import { pathOf } from '../../link/frames/request-target.js';
import type { FinishedRequest } from '../finished-request.js';
import { PLAIN } from './escaped.js';

/**
 * One line per request, in the form of the logger's other lines: msg `request`, level info.
 *
 * The line is put together here and not by pino, and what one request has in common with the one
 * before it is not put together again: every request pays for its line.
 */
export function jsonLine(): (request: FinishedRequest, nowMs: number) => string {
  const beginning = beginningClock();
  const kind = kindMemory();
  const ending = endingMemory();
  return (request, nowMs) =>
    beginning(nowMs) +
    quoted(request.requestId) +
    kind(request) +
    measured(request) +
    ending(request.remoteAddress, request.code);
}

/** Many lines fall into one millisecond, and a Date a line is dear. */
function beginningClock(): (nowMs: number) => string {
  const { pid } = process;
  let atMs = Number.NaN;
  let text = '';
  return (nowMs) => {
    if (nowMs !== atMs) {
      atMs = nowMs;
      text = `{"level":"info","time":"${new Date(nowMs).toISOString()}","pid":${pid},"requestId":`;
    }
    return text;
  };
}

type Kind = Pick<
  FinishedRequest,
  'method' | 'url' | 'status' | 'route' | 'model' | 'version' | 'slot'
>;

/** Remembers what the last request of each worker was. */
function kindMemory(): (request: Kind) => string {
  const last: { readonly kind: Kind; readonly text: string }[] = [];
  return (request) => {
    const { method, url, status, route, model, version, slot } = request;
    const at = slot === undefined ? 0 : slot + 1;
    const known = last[at];
    if (known !== undefined && isSameKind(known.kind, request)) return known.text;
    const kind = { method, url, status, route, model, version, slot };
    const text = kindText(kind);
    last[at] = { kind, text };
    return text;
  };
}

function isSameKind(one: Kind, other: Kind): boolean {
  return (
    one.url === other.url &&
    one.status === other.status &&
    one.model === other.model &&
    one.version === other.version &&
    one.route === other.route &&
    one.method === other.method
  );
}

function kindText({ method, url, status, route, model, version, slot }: Kind): string {
  let text =
    `,"method":${quoted(method)},"path":${quoted(pathOf(url))},"status":${status}` +
    `,"route":${quoted(route)},"model":${quoted(model)}`;
  if (version !== '') text += `,"version":"${version}"`;
  if (slot !== undefined) text += `,"slot":${slot}`;
  return text;
}

function measured(request: FinishedRequest): string {
  const { queueMs, runMs, helpedSlices, totalMs, bytesIn, bytesOut } = request;
  let text = '';
  if (queueMs !== undefined) text += `,"queueMs":${rounded(queueMs)}`;
  if (runMs !== undefined) text += `,"runMs":${rounded(runMs)}`;
  if (helpedSlices > 0) text += `,"helpedSlices":${helpedSlices}`;
  return `${text},"totalMs":${rounded(totalMs)},"bytesIn":${bytesIn},"bytesOut":${bytesOut}`;
}

/** Remembers whose the last request was, and why it failed if it did. */
function endingMemory(): (address: string | undefined, code: string | undefined) => string {
  let lastAddress: string | undefined;
  let lastCode: string | undefined;
  let text = endingText(lastAddress, lastCode);
  return (address, code) => {
    if (address !== lastAddress || code !== lastCode) {
      lastAddress = address;
      lastCode = code;
      text = endingText(address, code);
    }
    return text;
  };
}

function endingText(address: string | undefined, code: string | undefined): string {
  const from = address === undefined ? '' : `,"remoteAddress":${quoted(address)}`;
  const why = code === undefined ? '' : `,"code":"${code}"`;
  return `${from}${why},"msg":"request"}\n`;
}

function quoted(text: string): string {
  return PLAIN.test(text) ? `"${text}"` : JSON.stringify(text);
}

/**
 * Milliseconds with at most three decimals. Made of whole microseconds, because
 * printing a fraction costs several times as much as printing two integers.
 */
function rounded(ms: number): string {
  const micros = Math.max(0, Math.round(ms * 1000));
  const whole = Math.floor(micros / 1000);
  const rest = micros - whole * 1000;
  if (rest === 0) return `${whole}`;
  if (rest < 10) return `${whole}.00${rest}`;
  return rest < 100 ? `${whole}.0${rest}` : `${whole}.${rest}`;
}
