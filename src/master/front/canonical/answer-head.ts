/** Heads of answers, letter by letter as `node:http` writes them. */
import { STATUS_CODES } from 'node:http';

/** What the headers of an answer say of its connection and its body. */
const SAYS = {
  CONNECTION: 1,
  CLOSE: 2,
  LENGTH: 4,
  ENCODING: 8,
  CHUNKED: 16,
  DATE: 32,
  KEEP_ALIVE: 64,
} as const;

/** How the answer goes on after its head. */
export const FORM = {
  /** There is a body. */
  BODY: 1,
  /** It is sent in chunks. */
  CHUNKED: 2,
  /** Nothing follows it on the connection. */
  LAST: 4,
} as const;

const CLOSE = /(?:^|\W)close(?:$|\W)/i;
const CHUNKED = /(?:^|\W)chunked(?:$|\W)/i;

/** Those that change with the time and the settings. */
export type AnswerLines = { readonly dateLine: string; readonly keepAliveLines: string };

export type AnswerHead = { readonly text: string; readonly form: number };

/** @param headers a flat list */
export function answerHead(
  status: number,
  headers: readonly string[],
  isOfHead: boolean,
  clock: AnswerLines,
): AnswerHead {
  const says = whatTheySay(headers);
  const mayHaveBody = !isOfHead && status >= 200 && status !== 204 && status !== 304;
  let text = statusLine(status);
  for (let i = 0; i < headers.length; i += 2) text += `${headers[i]}: ${headers[i + 1]}\r\n`;
  if ((says & SAYS.DATE) === 0) text += clock.dateLine;
  let isChunked = (says & SAYS.CHUNKED) !== 0;
  let isLast = (says & SAYS.CLOSE) !== 0;
  let keepsAlive = true;
  if (isChunked && (status === 204 || status === 304)) {
    isChunked = false;
    keepsAlive = false;
  }
  if ((says & SAYS.CONNECTION) === 0) {
    if (!keepsAlive) {
      isLast = true;
      text += 'Connection: close\r\n';
    } else if ((says & SAYS.KEEP_ALIVE) === 0) text += clock.keepAliveLines;
    else text += 'Connection: keep-alive\r\n';
  }
  if ((says & (SAYS.LENGTH | SAYS.ENCODING)) === 0 && mayHaveBody) {
    text += 'Transfer-Encoding: chunked\r\n';
    isChunked = true;
  }
  const form =
    (mayHaveBody ? FORM.BODY : 0) | (isChunked ? FORM.CHUNKED : 0) | (isLast ? FORM.LAST : 0);
  return { text: `${text}\r\n`, form };
}

/** The switch on the length spares most names the lower-casing. */
function whatTheySay(headers: readonly string[]): number {
  let says = 0;
  for (let i = 0; i < headers.length; i += 2) {
    const name = headers[i] as string;
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'date') says |= SAYS.DATE;
        break;
      case 10:
        says |= ofConnection(name.toLowerCase(), headers[i + 1] as string);
        break;
      case 14:
        if (name.toLowerCase() === 'content-length') says |= SAYS.LENGTH;
        break;
      case 17:
        if (name.toLowerCase() !== 'transfer-encoding') break;
        says |= SAYS.ENCODING | (CHUNKED.test(headers[i + 1] as string) ? SAYS.CHUNKED : 0);
        break;
    }
  }
  return says;
}

function ofConnection(name: string, value: string): number {
  if (name === 'keep-alive') return SAYS.KEEP_ALIVE;
  if (name !== 'connection') return 0;
  return SAYS.CONNECTION | (CLOSE.test(value) ? SAYS.CLOSE : 0);
}

const statusLines: string[] = [];

function statusLine(status: number): string {
  const known = statusLines[status];
  if (known !== undefined) return known;
  const line = `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? 'unknown'}\r\n`;
  statusLines[status] = line;
  return line;
}
