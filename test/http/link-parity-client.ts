// The client of the parity suites: it sends a case and keeps all that came back.
import { request as httpRequest } from 'node:http';
import { expect } from 'vitest';
import type { Case } from './link-parity-cases.js';

export type Answer = {
  outcome: 'complete' | 'cut off' | 'refused';
  status: number;
  headers: string[];
  trailers: string[];
  body: string;
};

/** What belongs to the connection, not to the reply. */
const OF_THE_CONNECTION = new Set(['date', 'connection', 'keep-alive', 'transfer-encoding']);

/** Sends a case over a connection of its own and takes whatever comes back. */
export function ask(port: number, each: Case): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = ['Host', 'model.test:8080', ...(each.headers ?? [])];
    if (each.isChunked) headers.push('Transfer-Encoding', 'chunked');
    else if (each.body !== undefined)
      headers.push('Content-Length', `${Buffer.byteLength(each.body)}`);
    const answer: Answer = { outcome: 'refused', status: 0, headers: [], trailers: [], body: '' };
    const sent = httpRequest({
      port,
      method: each.method ?? 'GET',
      path: each.path,
      headers,
      agent: false,
    });
    sent.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET') resolve(answer);
      else reject(error);
    });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', () => {});
      response.on('close', () => {
        answer.outcome = response.complete ? 'complete' : 'cut off';
        answer.status = response.statusCode ?? 0;
        answer.headers = lines(response.rawHeaders);
        answer.trailers = lines(response.rawTrailers);
        answer.body = Buffer.concat(chunks).toString('latin1');
        resolve(answer);
      });
    });
    sent.end(each.body);
  });
}

/** What is worth reading of a body of megabytes. */
function brief({ body }: Answer): string {
  return `${body.length} bytes "${body.slice(0, 200)}"`;
}

function lines(raw: string[]): string[] {
  const pairs: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    if (!OF_THE_CONNECTION.has((raw[at] ?? '').toLowerCase()))
      pairs.push(`${raw[at]}: ${raw[at + 1]}`);
  }
  return pairs;
}

/** Alike but for what belongs to the connection. */
export function expectAlike(answer: Answer, expected: Answer): void {
  // How much of a reply arrives before it is cut off is a matter of time.
  const isCut = expected.outcome === 'cut off';
  const common = isCut ? Math.min(answer.body.length, expected.body.length) : undefined;
  const isSame = answer.body.slice(0, common) === expected.body.slice(0, common);
  // Not in the objects: the report of a difference would be megabytes.
  expect(isSame, `${brief(answer)} for ${brief(expected)}`).toBe(true);
  expect({ ...answer, body: '' }).toEqual({ ...expected, body: '' });
}
