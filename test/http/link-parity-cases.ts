// The requests of the parity suite.
import { largeBody } from './link-parity-bodies.js';

export type Case = {
  name?: string;
  method?: string;
  path: string;
  headers?: string[];
  body?: string | Buffer;
  isChunked?: boolean;
};

export const JSON_TYPE = ['Content-Type', 'application/json'];

const GETS: Case[] = [
  ...['/json', '/string', '/html', '/buffer', '/typed', '/large', '/large-text', '/middle-text'],
  ...['/empty', '/empty-string', '/null', '/204', '/204-body', '/204-stream', '/304', '/304-body'],
  ...['/201', '/599', '/redirect', '/redirect-301', '/cookies', '/array-header', '/length'],
  ...['/trailers', '/trailers-stream'],
  ...['/throw', '/throw-422', '/throw-async', '/send-error', '/error-headers', '/bad-header'],
  ...['/bad-header-char', '/bad-name', '/bad-payload', '/call-not-found', '/no-such-route', '/%'],
  ...['/stream', '/stream-typed', '/stream-length', '/stream-empty', '/stream-slow'],
  ...['/stream-large', '/stream-pipeline', '/stream-fails-midway', '/stream-fails-early'],
  ...['/web-stream', '/web-response', '/web-response-empty', '/web-stream-fails'],
  ...['/raw-set-header', '/hijack', '/hijack-end', '/hijack-end-latin1', '/hijack-empty'],
  ...['/hijack-head-end', '/hijack-set-and-head', '/hijack-204', '/hijack-no-length'],
  ...['/hijack-flush', '/hijack-pipe', '/hijack-pipeline', '/hijack-trailers', '/hijack-destroy'],
  ...[
    '/hijack-destroy-midway',
    '/socket-destroy',
    '/events',
    '/last-events',
    '/raw-errors',
    '/hijack-pipeline-fails',
    '/hijack-pipeline-request',
  ],
  ...['/hooks/get', '/hooks/responses', '/hooks/stopped', '/hooks/throws', '/hooks/none'],
  ...['/own/throws', '/own/none', '/own/stream-fails-early'],
  ...['/facts/a%20b?x=1&y=%C3%BC&x=2', '/echo?q=1'],
].map((path) => ({ path }));

const HEADS: Case[] = [
  ...['/json', '/string', '/large', '/204', '/304', '/stream', '/head', '/head-length', '/throw'],
  ...['/none', '/web-response', '/hijack', '/hijack-end', '/hooks/get', '/empty'],
].map((path) => ({ method: 'HEAD', path }));

const OTHERS: Case[] = [
  { method: 'OPTIONS', path: '/options' },
  { method: 'OPTIONS', path: '/json' },
  { method: 'DELETE', path: '/delete' },
  { method: 'DELETE', path: '/delete', headers: JSON_TYPE, body: '{"a":1}' },
  { method: 'PUT', path: '/echo', headers: JSON_TYPE, body: '[1,2]' },
  { method: 'PATCH', path: '/echo', headers: JSON_TYPE, body: '"x"' },
  { method: 'POST', path: '/json', headers: JSON_TYPE, body: '{}' },
  {
    name: 'duplicate headers',
    path: '/headers',
    headers: [
      ...['Cookie', 'a=1', 'cookie', 'b=2', 'X-Many', '1', 'x-many', '2', 'X-MANY', '3'],
      ...['User-Agent', 'one', 'user-agent', 'two', 'Set-Cookie', 's=1', 'set-cookie', 's=2'],
      ...['Accept', 'text/a', 'accept', 'text/b', 'Authorization', 'x', 'authorization', 'y'],
      ...['constructor', 'c', 'X-Latin', 'gr\u00fcn', 'X-Empty', ''],
    ],
  },
  {
    path: '/facts/x',
    name: 'forwarded',
    headers: ['X-Forwarded-For', '1.2.3.4', 'X-Forwarded-Proto', 'https'],
  },
  { path: '/json', headers: ['Accept-Version', '1.0.0'] },
  { path: '/json', headers: ['Expect', '100-continue'] },
];

const POSTS: Case[] = [
  { name: 'json', path: '/echo', headers: JSON_TYPE, body: '{"a":[1,"grün"]}' },
  { name: 'json, chunked', path: '/echo', headers: JSON_TYPE, body: '{"a":1}', isChunked: true },
  { name: 'bad json', path: '/echo', headers: JSON_TYPE, body: '{"a":' },
  { name: 'poisoned json', path: '/echo', headers: JSON_TYPE, body: '{"__proto__":1}' },
  { name: 'empty json', path: '/echo', headers: JSON_TYPE, body: '' },
  { name: 'no type', path: '/echo', body: 'x' },
  { name: 'no body', path: '/echo' },
  { name: 'text', path: '/echo', headers: ['Content-Type', 'text/plain'], body: 'grün ✓' },
  { name: 'unknown type', path: '/echo', headers: ['Content-Type', 'a/b'], body: 'x' },
  { name: 'invalid type', path: '/echo', headers: ['Content-Type', 'nonsense'], body: 'x' },
  {
    name: 'buffer',
    path: '/echo-buffer',
    headers: ['Content-Type', 'application/octet-stream'],
    body: Buffer.from([0, 255, 10, 13, 128]),
  },
  {
    name: '5 MB both ways',
    path: '/echo-buffer',
    headers: ['Content-Type', 'application/octet-stream'],
    body: largeBody(),
  },
  {
    name: '5 MB chunked',
    path: '/digest',
    headers: ['Content-Type', 'application/octet-stream'],
    body: largeBody(),
    isChunked: true,
  },
  ...['x-stream', 'x-iterate', 'x-pipe', 'x-raw'].flatMap((kind) => [
    {
      name: `parser ${kind}`,
      path: '/complete',
      headers: ['Content-Type', `application/${kind}`],
      body: 'streamed body',
    },
    {
      name: `parser ${kind}, empty`,
      path: '/complete',
      headers: ['Content-Type', `application/${kind}`],
      body: '',
    },
  ]),
  {
    name: 'parser that fails',
    path: '/echo',
    headers: ['Content-Type', 'application/x-fails'],
    body: 'never read to its end'.repeat(2000),
  },
  {
    name: 'over the limit of the route',
    path: '/tiny',
    headers: JSON_TYPE,
    body: '{"a":"01234567890"}',
  },
  { name: 'valid', path: '/validated', headers: JSON_TYPE, body: '{"rows":3}' },
  { name: 'invalid', path: '/validated', headers: JSON_TYPE, body: '{"rows":"many"}' },
  { name: 'hooks', path: '/hooks/post', headers: JSON_TYPE, body: '{"a":1}' },
  { name: 'own handler, bad json', path: '/own/json', headers: JSON_TYPE, body: '{' },
  { name: 'not found', path: '/none', headers: JSON_TYPE, body: '{}' },
].map((each) => ({ ...each, method: 'POST' }));

export const CASES: readonly Case[] = [...GETS, ...HEADS, ...OTHERS, ...POSTS];

export function titleOf(each: Case): string {
  return `${each.method ?? 'GET'} ${each.path}${each.name === undefined ? '' : ` (${each.name})`}`;
}
