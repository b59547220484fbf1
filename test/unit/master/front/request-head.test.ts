import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import {
  type HeadLimits,
  type RequestHead,
  readHead,
} from '../../../../src/master/front/request-head.js';

const LIMITS: HeadLimits = { lineBytes: 100, fields: 5, fieldBytes: 40 };
const NO_LIMITS: HeadLimits = { lineBytes: 0, fields: 0, fieldBytes: 0 };
const HOST = ['Host', 'a'];

type Given = {
  method?: string;
  target?: string;
  headers?: string[];
  isHttp11?: boolean;
  limits?: HeadLimits;
};

type Flat = RequestHead & { readonly headers: readonly string[]; readonly url: string };

function read(given: Given = {}): Flat {
  const { method = 'GET', target = '/', headers = HOST, isHttp11 = true, limits = LIMITS } = given;
  const head = readHead(method, target, headers, isHttp11, limits);
  return { ...head, headers: head.lines.headers, url: head.lines.url };
}

function fault(given: Given): { code: string; message: string } {
  try {
    read(given);
  } catch (error) {
    if (error instanceof RequestError) return error;
    throw error;
  }
  throw new Error('it was read');
}

describe('headers for the worker', () => {
  test('keep names, values, order and duplicates as they came', () => {
    const headers = ['X-B', '2', ...HOST, 'x-b', ''];
    expect(read({ headers }).headers).toEqual(headers);
  });

  test('leave out what is told beside them: the id, and the length of the body', () => {
    const headers = ['X-Request-Id', 'one', ...HOST, 'Content-Length', '3'];
    expect(read({ headers })).toMatchObject({ headers: HOST, hasLength: true, declaredBytes: 3 });
    expect(read({ headers: HOST })).toMatchObject({ hasLength: false, declaredBytes: 0 });
  });

  test('say nothing of the length of a body that comes in chunks', () => {
    const headers = [...HOST, 'transfer-encoding', 'chunked'];
    expect(read({ headers })).toMatchObject({ hasLength: true, declaredBytes: undefined });
  });

  test.each([
    ...['TE', 'Expect', 'Upgrade', 'Trailer', 'Connection', 'Keep-Alive'],
    ...['Proxy-Connection', 'Transfer-Encoding', 'TRANSFER-ENCODING'],
  ])('%s ends at the front', (name) => {
    expect(read({ headers: [name, 'x', ...HOST] }).headers).toEqual(HOST);
  });

  test.each(['at', 'accept', 'cookies', 'user-agent', 'accept-charset', 'proxy-connections'])(
    '%s, as long as one that ends there, travels on',
    (name) => {
      expect(read({ headers: [name, 'x', ...HOST] }).headers).toContain(name);
    },
  );
});

describe('the id of the request', () => {
  test.each([
    ['abc-1._Z', 'abc-1._Z'],
    ['has space', undefined],
    ['', undefined],
    ['line\nfeed', undefined],
  ])('of "%s" is %s', (given, requestId) => {
    const head = read({ headers: [...HOST, 'X-Request-Id', given], limits: NO_LIMITS });
    expect(head.requestId).toBe(requestId);
    expect(head.headers).toEqual(HOST);
  });

  test('is the first sane one of several', () => {
    const headers = [...HOST, 'x-request-id', '?', 'x-request-id', 'one', 'x-request-id', 'two'];
    expect(read({ headers }).requestId).toBe('one');
  });
});

describe('the Host header', () => {
  test.each([
    { headers: [], isHttp11: true, message: 'got none' },
    { headers: [...HOST, 'host', 'b'], isHttp11: true, message: 'got 2' },
    { headers: [...HOST, 'HOST', 'a'], isHttp11: false, message: 'got 2' },
  ])('must be exactly one: $message', ({ message, ...given }) => {
    expect(fault(given)).toMatchObject({
      code: 'BAD_REQUEST',
      message: expect.stringContaining(message),
    });
  });

  test('may miss in HTTP/1.0', () => {
    expect(read({ headers: [], isHttp11: false }).url).toBe('/');
  });
});

describe('limits', () => {
  const LINE_REST = 'GET  HTTP/1.1'.length;

  test.each([
    {
      limit: 'limit-request-line',
      fits: { target: `/${'a'.repeat(100 - LINE_REST - 1)}` },
      breaks: { target: `/${'a'.repeat(100 - LINE_REST)}` },
    },
    {
      limit: 'limit-request-fields',
      fits: { headers: [...HOST, ...Array(8).fill('x')] },
      breaks: { headers: [...HOST, ...Array(10).fill('x')] },
    },
    {
      limit: 'limit-request-field-size',
      fits: { headers: [...HOST, 'x', 'y'.repeat(37)] },
      breaks: { headers: [...HOST, 'x', 'y'.repeat(38)] },
    },
  ])('$limit is exact, named when broken, and off at 0', ({ limit, fits, breaks }) => {
    expect(read(fits).url).toMatch(/^\//);
    expect(fault(breaks)).toMatchObject({
      code: 'HEADERS_TOO_LARGE',
      message: expect.stringContaining(`(${limit})`),
    });
    expect(read({ ...breaks, limits: NO_LIMITS }).url).toMatch(/^\//);
  });

  test('a long name is cut in the message', () => {
    const headers = [...HOST, 'n'.repeat(500), 'x'];
    expect(fault({ headers }).message.length).toBeLessThan(200);
  });
});

describe('the target', () => {
  test.each([
    ['/', '/'],
    ['/a?b=http://c', '/a?b=http://c'],
    ['//a', '//a'],
    ['*', '*'],
    ['http://host:1/a?b', '/a?b'],
    ['HTTPS://host/a', '/a'],
    ['http://host', '/'],
    ['http://host?b', '/?b'],
    ['http://host#f', '/#f'],
  ])('%s is read as %s', (target, url) => {
    expect(read({ target }).url).toBe(url);
  });

  test.each(['', 'a', 'host:443', 'ftp://host/a', '?a', ' /a'])('"%s" is refused', (target) => {
    expect(fault({ target })).toMatchObject({ code: 'BAD_REQUEST' });
  });
});

describe("a client's own limit", () => {
  const limitOf = (...values: string[]): number | undefined => {
    const own = values.flatMap((value) => ['X-Request-Timeout-Ms', value]);
    return read({ headers: [...HOST, ...own] }).clientTimeoutMs;
  };

  test.each([
    [[], undefined],
    [['1'], 1],
    [['0250'], 250],
    [['900719925474099'], 900_719_925_474_099],
    [['250', '250'], 250],
  ])('%j is %j', (values, expected) => expect(limitOf(...values)).toBe(expected));

  test.each([
    [['0'], '"0"'],
    [[''], '""'],
    [['-5'], '"-5"'],
    [['1.5'], '"1.5"'],
    [['1e3'], '"1e3"'],
    [['5s'], '"5s"'],
    [['9007199254740993'], '"9007199254740993"'],
    [['10', '20'], 'both 10 and 20'],
  ])('%j is refused, and it is said what came', (values, got) => {
    const headers = [...HOST, ...values.flatMap((value) => ['x-request-timeout-ms', value])];
    const { code, message } = fault({ headers });
    expect(code).toBe('BAD_REQUEST');
    const expected = 'expected a whole number of milliseconds, 1 or more, of at most 15 digits';
    expect(message).toBe(`x-request-timeout-ms: ${expected}, got ${got}`);
  });

  test('travels on to the worker', () => {
    const headers = [...HOST, 'x-request-timeout-ms', '5'];
    expect(read({ headers }).headers).toContain('x-request-timeout-ms');
  });
});
