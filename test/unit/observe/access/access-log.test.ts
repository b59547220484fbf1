import { expect, test } from 'vitest';
import { createAccessLog } from '../../../../src/observe/access/access-log.js';
import type { FinishedRequest } from '../../../../src/observe/finished-request.js';
import { createLogger, createSink } from '../../../../src/observe/logger.js';
import { finishedRequest } from '../finished-requests.js';

function lineOf(request: FinishedRequest, isWanted = true): string {
  const chunks: string[] = [];
  const sink = createSink('json', { write: (chunk) => chunks.push(chunk) });
  createAccessLog({ sink, isWanted: () => isWanted })(request);
  sink.flush();
  return chunks.join('');
}

test('a line has all facts of the request', () => {
  const line = lineOf(finishedRequest({ status: 503, code: 'QUEUE_FULL' }));
  expect(line.endsWith('}\n')).toBe(true);
  expect(JSON.parse(line)).toEqual({
    level: 'info',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    pid: process.pid,
    requestId: 'r-1',
    method: 'POST',
    path: '/predict',
    status: 503,
    route: '/predict',
    model: 'digits',
    version: '3',
    slot: 1,
    queueMs: 0.25,
    runMs: 2,
    totalMs: 3.5,
    bytesIn: 300,
    bytesOut: 40,
    remoteAddress: '127.0.0.1',
    code: 'QUEUE_FULL',
    msg: 'request',
  });
});

test('a fact that there is not is left out', () => {
  const request = finishedRequest({
    slot: undefined,
    queueMs: undefined,
    runMs: undefined,
    remoteAddress: undefined,
  });
  const line = JSON.parse(lineOf(request));
  for (const field of ['slot', 'queueMs', 'runMs', 'remoteAddress', 'code']) {
    expect(line).not.toHaveProperty(field);
  }
});

test('it begins and ends as a line of the logger does', () => {
  const lines: string[] = [];
  const sink = createSink('json', { write: (chunk) => lines.push(chunk) });
  createLogger({ level: 'info', sink }).info({ requestId: 'r-1' }, 'request');
  const keys = Object.keys(JSON.parse(lines[0] ?? ''));
  const ours = Object.keys(JSON.parse(lineOf(finishedRequest())));
  expect(ours.slice(0, 4)).toEqual(keys.slice(0, 4));
  expect(ours.at(-1)).toBe(keys.at(-1));
});

test('the query string is not logged', () => {
  expect(JSON.parse(lineOf(finishedRequest({ url: '/predict?key=secret?x' }))).path).toBe(
    '/predict',
  );
});

test.each(['/a"b', '/a\\b', '/\u0000\n', '/ü', '/\u007f', '/\u2028', '/\ud800', '/ !#[]~'])(
  'the path %j comes through JSON as it was',
  (url) => {
    const line = lineOf(finishedRequest({ url }));
    expect(JSON.parse(line).path).toBe(url);
    expect(line.indexOf('\n')).toBe(line.length - 1);
  },
);

test.each([
  [0, 0],
  [0.0004, 0],
  [0.0016, 0.002],
  [0.0126, 0.013],
  [7.1234, 7.123],
  [7.9999, 8],
  [29_999.9996, 30_000],
  [-0.1, 0],
])('%d ms is written as %d', (totalMs, written) => {
  expect(JSON.parse(lineOf(finishedRequest({ totalMs }))).totalMs).toBe(written);
});

test('there is none while none is wanted', () => {
  expect(lineOf(finishedRequest(), false)).toBe('');
});

test.each<[string, Partial<FinishedRequest>, unknown]>([
  ['path', { url: '/v2/models/other/infer' }, '/v2/models/other/infer'],
  ['method', { method: 'GET' }, 'GET'],
  ['status', { status: 404 }, 404],
  ['route', { route: 'other' }, 'other'],
  ['model', { model: 'other' }, 'other'],
  ['version', { version: '4' }, '4'],
  ['version', { version: '' }, undefined],
  ['slot', { slot: 0 }, 0],
  ['slot', { slot: undefined }, undefined],
  ['remoteAddress', { remoteAddress: '::1' }, '::1'],
  ['remoteAddress', { remoteAddress: undefined }, undefined],
  ['code', { code: 'QUEUE_FULL' }, 'QUEUE_FULL'],
])('of a request whose %s alone is another than before, it is told: %j', (field, other, told) => {
  const lines: string[] = [];
  const sink = createSink('json', { write: (chunk) => lines.push(...chunk.trim().split('\n')) });
  const log = createAccessLog({ sink, isWanted: () => true });
  for (const request of [{}, other, {}]) log(finishedRequest(request));
  sink.flush();
  const [first, second, third] = lines.map((line) => JSON.parse(line)[field]);
  expect(second).toBe(told);
  expect(third).toBe(first);
  expect(first).not.toBe(told);
});
