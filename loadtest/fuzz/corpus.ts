/** Requests that parsers have been known to disagree on, and plain ones. */

const HOST = 'Host: a\r\n';
const get = (path: string, lines = ''): string => `GET ${path} HTTP/1.1\r\n${HOST}${lines}\r\n`;
const post = (lines: string, body: string): string =>
  `POST /predict HTTP/1.1\r\n${HOST}${lines}\r\n${body}`;
const sized = (body: string, lines = ''): string =>
  post(`Content-Type: application/json\r\n${lines}Content-Length: ${body.length}\r\n`, body);

/** Of the one canonical form. */
export const PLAIN: readonly string[] = [
  get('/livez'),
  get('/v1/models?x=1&y=%20z'),
  get('/v2/health/ready', 'Accept: */*\r\nUser-Agent: a b (c; d)\r\n'),
  get('/predict', 'Connection: keep-alive\r\n'),
  get('/last'),
  sized(''),
  sized('{}'),
  sized('{"instances":[[1,2,3]]}', 'Connection: Keep-Alive\r\n'),
  sized('x'.repeat(700), 'X-Request-Id: one.2_3-4\r\n'),
  sized('y'.repeat(6000)),
  sized('GET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n'),
  sized('z', 'x-request-timeout-ms: 50\r\nX-Forwarded-For: 1.2.3.4\r\nX_Under: 1\r\n'),
  sized('w', 'Accept-Encoding: gzip, deflate, br\r\nCookie: a=b; c=d\r\nCookie: e=f\r\n'),
  `PUT /other HTTP/1.1\r\n${HOST}content-length: 3\r\n\r\nabc`,
  `PATCH /other HTTP/1.1\r\nhost: a:80\r\nCONTENT-LENGTH: 1\r\n\r\nq`,
  `HEAD /livez HTTP/1.1\r\n${HOST}\r\n`,
  `HEAD /predict HTTP/1.1\r\n${HOST}\r\n`,
  `DELETE /other HTTP/1.1\r\n${HOST}\r\n`,
  `OPTIONS /predict HTTP/1.1\r\n${HOST}Origin: http://page\r\nAccess-Control-Request-Method: POST\r\n\r\n`,
  get('/predict', 'Origin: http://page\r\n'),
];

const LENGTHS = [
  ...['+5', '-5', ' 5', '5 ', '05', '0x5', '5,5', '5, 5', '5;', '5\t', '\t5', '5.0', '1e1'],
  ...['', 'five', '5\u00b2', '99999999999999999999', '18446744073709551621', '4294967301', '"5"'],
];

const ENCODINGS = [
  ...['chunked', 'Chunked', ' chunked', 'chunked ', 'xchunked', 'chunkedx', 'chunked, identity'],
  ...['identity', 'identity, chunked', 'gzip, chunked', 'chunked\t', '\tchunked', '\x0bchunked'],
  ...['chunked\r\nTransfer-Encoding: x', '"chunked"', '', 'chunk', 'chunked;q=1'],
];

const CONNECTIONS = [
  ...['close', 'Close', 'keep-alive, close', 'keep-alive,', 'upgrade', 'keep-alive, upgrade'],
  ...['keep-alive\r\nConnection: keep-alive', 'keep-alive\r\nConnection: close', 'TE', '', 'x'],
  ...['Content-Length', 'keep-alive ', ' keep-alive', 'keep\u00adalive'],
];

const CHUNKED = '5\r\nhello\r\n0\r\n\r\n';
const chunkedPost = (body: string): string => post('Transfer-Encoding: chunked\r\n', body);

/** Lines in the place of one header, each with what is wrong or odd about it. */
const ODD_LINES = [
  ...['X : 1', ' X: 1', '\tX: 1', 'X:1', 'X:  1', 'X:\t1', 'X: 1 ', 'X: 1\t', 'X:', 'X: ', 'X'],
  ...[
    ': 1',
    'X: a\r\n b',
    'X: a\r\n\tb',
    'X: a\nY: b',
    'X: a\rY: b',
    'X: a\0b',
    'X\0: a',
    'X: \x7f',
  ],
  ...['X: \u00e9', '\u00e9: 1', 'X: a\tb', 'X(: 1', 'X/: 1', 'X=: 1', 'X@: 1', 'X: \x01', 'X\r: 1'],
  ...['Host: b', 'host : b', 'Expect: 100-continue', 'Expect: x', 'Upgrade: h2c', 'Trailer: X'],
  ...['Upgrade: websocket\r\nConnection: Upgrade', 'TE: trailers', 'Keep-Alive: timeout=1'],
  ...['Proxy-Connection: keep-alive', 'Proxy-Connection: close', 'HTTP2-Settings: AAMAAABk'],
  ...['Content-Length: 0', 'Content-Length: 3', 'Content-Length : 3', 'Content_Length: 3'],
  ...['Transfer-Encoding: chunked', 'Transfer_Encoding: chunked', 'Transfer-Encoding : chunked'],
  ...[`X: ${'a'.repeat(9000)}`, `${'X'.repeat(300)}: 1`, 'Authorization: Bearer k', 'X-API-Key: k'],
  ...['x-request-timeout-ms: 0', 'X-Request-Id: has space', 'Forwarded: for=1.2.3.4', 'Host:'],
  `${'X: 1\r\n'.repeat(120)}X: 1`,
];

const ODD_STARTS = [
  ...['GET / HTTP/1.0', 'GET / HTTP/2.0', 'GET / HTTP/1.2', 'GET / HTTP/1.10', 'GET / http/1.1'],
  ...['GET /', 'GET', 'get / HTTP/1.1', 'GET  / HTTP/1.1', 'GET /  HTTP/1.1', 'GET / HTTP/1.1 '],
  ...[
    ' GET / HTTP/1.1',
    'GET\t/ HTTP/1.1',
    'GET /\tHTTP/1.1',
    'GET /a b HTTP/1.1',
    'GET * HTTP/1.1',
  ],
  ...[
    'OPTIONS * HTTP/1.1',
    'GET http://b/livez HTTP/1.1',
    'GET //b/livez HTTP/1.1',
    'GET a HTTP/1.1',
  ],
  ...[
    'CONNECT a:80 HTTP/1.1',
    'TRACE / HTTP/1.1',
    'PRI * HTTP/2.0',
    'BREW / HTTP/1.1',
    'QUERY / HTTP/1.1',
  ],
  ...['GET /\u00e9 HTTP/1.1', 'GET /#f HTTP/1.1', 'GET /a"<>\\^`{|} HTTP/1.1', 'GET /\0 HTTP/1.1'],
  ...[
    'GET / HTTP/1.1\r',
    'GET /\x7f HTTP/1.1',
    'GET ?a HTTP/1.1',
    'M-SEARCH / HTTP/1.1',
    'GETT / HTTP/1.1',
  ],
  ...[
    'GE',
    'GET / HTTP/1.1\nX: 1',
    'GET / ICE/1.1',
    `GET /${'a'.repeat(5000)} HTTP/1.1`,
    'PURGE / HTTP/1.1',
  ],
];

/** All that is not, or that only looks as if it were. */
export const ODD: readonly string[] = [
  ...ODD_STARTS.map((start) => `${start}\r\n${HOST}\r\n`),
  ...ODD_STARTS.map((start) => `${start}\r\nContent-Length: 3\r\n${HOST}\r\nabc`),
  ...ODD_LINES.map((line) => get('/livez', `${line}\r\n`)),
  ...ODD_LINES.map((line) => post(`${line}\r\nContent-Length: 5\r\n`, 'hello')),
  ...ODD_LINES.map((line) => post(`Content-Length: 5\r\n${line}\r\n`, 'hello')),
  ...LENGTHS.map((length) => post(`Content-Length: ${length}\r\n`, 'hello')),
  ...LENGTHS.map((length) => post(`Content-Length: 5\r\nContent-Length: ${length}\r\n`, 'hello')),
  ...LENGTHS.map((length) => get('/livez', `Content-Length: ${length}\r\n`)),
  ...ENCODINGS.map((encoding) => post(`Transfer-Encoding: ${encoding}\r\n`, CHUNKED)),
  ...ENCODINGS.map((encoding) =>
    post(`Content-Length: 5\r\nTransfer-Encoding: ${encoding}\r\n`, CHUNKED),
  ),
  ...ENCODINGS.map((encoding) =>
    post(`Transfer-Encoding: ${encoding}\r\nContent-Length: 15\r\n`, CHUNKED),
  ),
  ...CONNECTIONS.map((value) => get('/livez', `Connection: ${value}\r\n`)),
  ...CONNECTIONS.map((value) => post(`Connection: ${value}\r\nContent-Length: 5\r\n`, 'hello')),
  chunkedPost(CHUNKED),
  chunkedPost('5;ext=1\r\nhello\r\n0\r\nX-Trailer: 1\r\n\r\n'),
  chunkedPost('5\nhello\n0\n\n'),
  chunkedPost('FFFFFFFFFFFFFFFFF\r\n'),
  chunkedPost('-1\r\nhello\r\n0\r\n\r\n'),
  chunkedPost('0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: b\r\n\r\n'),
  post('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n', '0\r\n\r\nG'),
  post(
    'Content-Length: 4\r\nTransfer-Encoding: chunked\r\n',
    '5c\r\nGPOST / HTTP/1.1\r\n\r\n0\r\n\r\n',
  ),
  `GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n`,
  'GET /livez HTTP/1.1\r\n\r\n',
  `GET /livez HTTP/1.1\n${HOST}\n`,
  `GET /livez HTTP/1.1\n\n`,
  `\r\n${get('/livez')}`,
  `\n\r\n\r\n${get('/livez')}`,
  `\0${get('/livez')}`,
  `POST /predict HTTP/1.1\r\n${HOST}\r\n`,
  '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  '\r\n\r\n',
];

/** Bytes that matter to a parser, for mutations. */
export const SHARP_BYTES: readonly number[] = [
  ...Buffer.from('\r\n \t:\0,;-_/?#*%"0159aZ\x7f\x80\xff\x0b\x0c', 'latin1'),
];
