/** Malformed, huge, slow, half-closed, pipelined and smuggling-like requests: 4xx, never 5xx, no hang. */
import { readdirSync, readlinkSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { Client, heldOpen, rawExchange } from './clients.js';
import { startServer, type TestServer } from './server.js';

const HOST = 'Host: localhost\r\n';
const BODY = '{"instances":[1]}';
const ANSWERED = /"predictions":\[1\]\}/;
/** A whole answer that does not announce the end of its connection. */
const REFUSED_AND_KEPT = /^(?![\s\S]*\r\nconnection: close)[\s\S]*\r\n\r\n\{[\s\S]*\}$/i;
const GOOD = `POST /predict HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`;

type Case = {
  readonly name: string;
  readonly bytes: string;
  readonly status: number;
  readonly code: string;
};

const REFUSED: readonly Case[] = [
  { name: 'no HTTP at all', bytes: 'hello there\r\n\r\n', status: 400, code: 'BAD_REQUEST' },
  {
    name: 'a TLS hello',
    bytes: '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'HTTP/2 preface',
    bytes: 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an unknown method',
    bytes: `BREW /predict HTTP/1.1\r\n${HOST}\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  { name: 'no Host', bytes: 'GET /livez HTTP/1.1\r\n\r\n', status: 400, code: 'BAD_REQUEST' },
  {
    name: 'two Hosts',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}Host: other\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'two lengths',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a length and chunks',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an encoding that is not chunked',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a length that is no number',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Content-Length: 3x\r\n\r\nabc`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a negative length',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Content-Length: -1\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a broken chunk size',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a space before the colon',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}X-Odd : 1\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a folded header',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}X-Odd: 1\r\n  2\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a NUL in a header',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}X-Odd: a\0b\r\n\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'an unknown expectation',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Expect: the-moon\r\nContent-Length: 2\r\n\r\n{}`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'CONNECT',
    bytes: `CONNECT example:443 HTTP/1.1\r\n${HOST}\r\n`,
    status: 400,
    code: 'BAD_REQUEST',
  },
  {
    name: 'a long request line',
    bytes: `GET /${'a'.repeat(5000)} HTTP/1.1\r\n${HOST}\r\n`,
    status: 431,
    code: 'HEADERS_TOO_LARGE',
  },
  {
    name: 'a long header',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}X-Long: ${'a'.repeat(9000)}\r\n\r\n`,
    status: 431,
    code: 'HEADERS_TOO_LARGE',
  },
  {
    name: 'a huge head',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}X-Huge: ${'a'.repeat(200_000)}\r\n\r\n`,
    status: 431,
    code: 'HEADERS_TOO_LARGE',
  },
  {
    name: 'too many headers',
    bytes: `GET /livez HTTP/1.1\r\n${HOST}${'X-Many: 1\r\n'.repeat(150)}\r\n`,
    status: 431,
    code: 'HEADERS_TOO_LARGE',
  },
  {
    name: 'a body beyond the limit, announced',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Content-Length: 999999999\r\n\r\n${'x'.repeat(1000)}`,
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  {
    name: 'a body beyond the limit, announced to a patient client',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Expect: 100-continue\r\nContent-Length: 999999999\r\n\r\n`,
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
  {
    name: 'a body beyond the limit, in chunks',
    bytes: `POST /predict HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${`8000\r\n${'x'.repeat(0x8000)}\r\n`.repeat(40)}0\r\n\r\n`,
    status: 413,
    code: 'BODY_TOO_LARGE',
  },
];

function start(args: readonly string[] = []): Promise<TestServer> {
  return startServer({ path: 'echo', workers: 1, args });
}

function errorOf(text: string): { status: number; body: Record<string, string>; head: string } {
  const [head = '', body = ''] = text.split('\r\n\r\n');
  return { status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]), body: JSON.parse(body), head };
}

/** Sockets a process has open. Files come and go: the log's, those that are looked at. */
function sockets(pid: number): number {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder).filter((fd) => targetOf(`${folder}/${fd}`).startsWith('socket:'))
    .length;
}

/** '' when it was closed meanwhile. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return '';
  }
}

describe('requests that are refused by the front', () => {
  it('get the contract’s error and a clean end of the connection', async () => {
    const server = await start(['--max-body', '1mb']);
    const before = sockets(server.pid);
    for (const { name, bytes, status, code } of REFUSED) {
      const { text, isClosed } = await rawExchange(server.url, [Buffer.from(bytes, 'latin1')], {
        after: { came: REFUSED_AND_KEPT, send: GOOD },
        until: ANSWERED,
      });
      const [refusal = ''] = text.split(/(?=HTTP\/1\.1 200 )/);
      const answer = errorOf(refusal);
      expect(answer.status, name).toBe(status);
      expect(answer.body, name).toEqual({
        error: expect.any(String),
        code,
        requestId: expect.any(String),
      });
      expect(answer.head.toLowerCase(), name).toContain('content-type: application/json\r\n');
      const closes = answer.head.toLowerCase().includes('connection: close');
      expect(isClosed, `${name}: announced its end`).toBe(closes);
    }
    await expect.poll(() => sockets(server.pid), { timeout: 20_000 }).toBeLessThanOrEqual(before);
    const status = await server.status();
    expect(status.queue).toMatchObject({ depth: 0, bytes: 0 });
    expect(status.inFlight).toBe(0);
    await server.stop();
  });

  it('leave the connection usable when little is left to read', async () => {
    const server = await start(['--max-body', '1kb', '--queue-bytes', '1mb']);
    const tooLarge = `POST /predict HTTP/1.1\r\n${HOST}Content-Length: 5000\r\n\r\n${'x'.repeat(5000)}`;
    const { text } = await rawExchange(server.url, [tooLarge + GOOD], { until: /\[1\]/ });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text).toMatch(/HTTP\/1\.1 200 [\s\S]*"predictions":\[1\]/);
    await server.stop();
  });
});

describe('unusual but good requests', () => {
  it('are answered: pipelined, HTTP/1.0, split anywhere, chunked, absolute form, patient', async () => {
    const server = await start();
    const three = await rawExchange(server.url, [GOOD + GOOD + GOOD], {
      until: /(?:200 [\s\S]*\[1\][\s\S]*){3}/,
    });
    expect(three.text.match(/HTTP\/1\.1 200 /g)).toHaveLength(3);

    const old = await rawExchange(server.url, [
      `POST /predict HTTP/1.0\r\nContent-Length: ${BODY.length}\r\n\r\n${BODY}`,
    ]);
    expect(old.text).toMatch(/^HTTP\/1\.1 200 /);
    expect(old.isClosed).toBe(true);

    const split = await rawExchange(
      server.url,
      [...GOOD].map((byte) => Buffer.from(byte)),
      { until: ANSWERED },
    );
    expect(split.text).toMatch(/^HTTP\/1\.1 200 /);

    const size = BODY.length.toString(16);
    const chunked = `POST http://localhost/predict HTTP/1.1\r\n${HOST}Transfer-Encoding: chunked\r\n\r\n${size}\r\n${BODY}\r\n0\r\n\r\n`;
    expect((await rawExchange(server.url, [chunked], { until: ANSWERED })).text).toMatch(
      /^HTTP\/1\.1 200 /,
    );

    const patient = GOOD.replace('Content-Type', 'Expect: 100-continue\r\nContent-Type');
    expect((await rawExchange(server.url, [patient], { until: ANSWERED })).text).toMatch(
      /^HTTP\/1\.1 100 Continue\r\n\r\nHTTP\/1\.1 200 /,
    );
    await server.stop();
  });

  it('are answered in order when a bad one follows on the same connection', async () => {
    const server = await start();
    const { text, isClosed } = await rawExchange(server.url, [`${GOOD}${GOOD}nonsense\r\n\r\n`]);
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 400']);
    expect(isClosed).toBe(true);
    await server.stop();
  });
});

describe('clients that dawdle or leave', () => {
  it('get 408 when head or body do not come in time', async () => {
    const server = await start(['--header-timeout', '300ms', '--read-timeout', '500ms']);
    const head = await rawExchange(server.url, ['POST /predict HTTP/1.1\r\nHost: a']);
    expect(errorOf(head.text)).toMatchObject({ status: 408, body: { code: 'REQUEST_TIMEOUT' } });
    expect(head.isClosed).toBe(true);
    const body = await rawExchange(server.url, [GOOD.slice(0, -5)]);
    expect(errorOf(body.text)).toMatchObject({ status: 408, body: { code: 'REQUEST_TIMEOUT' } });
    const silent = await rawExchange(server.url, []);
    expect(silent.isClosed).toBe(true);
    await server.stop();
  });

  it('never hold a worker: half-sent bodies wait outside while others are answered', async () => {
    const server = await start();
    const slow = Array.from({ length: 20 }, () => heldOpen(server.url, GOOD.slice(0, -5)));
    const client = new Client(server.url);
    await server.untilStatus(
      'half-sent bodies',
      ({ queue }) => queue.bytes >= slow.length * BODY.length,
    );
    for (let i = 0; i < 20; i += 1) {
      expect((await client.post('/predict', { instances: [i] })).status).toBe(200);
    }
    client.close();
    for (const socket of slow) socket.destroy();
    await server.untilStatus('room given back', ({ queue }) => queue.bytes === 0);
    await server.stop();
  });

  it('count as 499 when they half-close before their answer', async () => {
    const server = await startServer({ path: 'slow', workers: 1 });
    const body = JSON.stringify({ instances: [300] });
    const bytes = `POST /predict HTTP/1.1\r\n${HOST}Content-Length: ${body.length}\r\n\r\n${body}`;
    await rawExchange(server.url, [bytes], { halfClose: true });
    const line = await server.line('request', ({ status }) => status === 499);
    expect(line).toMatchObject({ code: 'CLIENT_CLOSED_REQUEST' });
    await server.stop();
  });
});
