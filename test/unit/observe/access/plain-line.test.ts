import { expect, test } from 'vitest';
import { parseAccessLogFormat } from '../../../../src/config/access-log-format.js';
import { plainLine } from '../../../../src/observe/access/plain-line.js';
import type { FinishedRequest } from '../../../../src/observe/finished-request.js';
import { finishedRequest } from '../finished-requests.js';

const NOW_MS = Date.UTC(2026, 10, 26, 21, 24, 21, 500);

function lineOf(format: string, request: Partial<FinishedRequest> = {}): string {
  const { parts, faults } = parseAccessLogFormat(format);
  expect(faults).toEqual([]);
  return plainLine(parts)(finishedRequest(request), NOW_MS);
}

const REQUEST: Partial<FinishedRequest> = {
  url: '/predict?a=1&b=2',
  totalMs: 2345.6789,
  headers: [
    ...['Referer', 'http://x/', 'User-Agent', 'curl/8', 'X-Id', '1', 'x-id', '2'],
    ...['Authorization', `Basic ${Buffer.from('ann:secret').toString('base64')}`],
  ],
  answerHeaders: ['content-type', 'application/json'],
};

test.each([
  ['%(h)s %(l)s %(u)s', '127.0.0.1 - ann'],
  [
    '"%(r)s" %(m)s %(U)s %(q)s %(H)s',
    '"POST /predict?a=1&b=2 HTTP/1.1" POST /predict a=1&b=2 HTTP/1.1',
  ],
  ['%(s)s %(B)s %(b)s', '200 40 40'],
  ['%(f)s %(a)s', 'http://x/ curl/8'],
  ['%(T)s %(M)s %(D)s %(L)s', '2 2345 2345679 2.345679'],
  ['%(p)s', `<${process.pid}>`],
  ['%({x-ID}i)s %({content-type}o)s', '1, 2 application/json'],
  ['%({no}i)s %({no}o)s', '- -'],
  ['%({model}e)s %({version}e)s %({slot}e)s %({code}e)s', 'digits 3 1 -'],
  ['%({queueMs}e)s %({runMs}e)s %({totalMs}e)s', '0.250 2.000 2345.679'],
  ['%({PATH_INFO}e)s?%({QUERY_STRING}e)s', '/predict?a=1&b=2'],
  ['100%% „ok“', '100% „ok“'],
])('%s', (format, line) => {
  expect(lineOf(format, REQUEST)).toBe(`${line}\n`);
});

test('the time is that of the common log format', () => {
  expect(lineOf('%(t)s')).toMatch(/^\[\d\d\/Nov\/2026:\d\d:\d\d:21 [+-]\d{4}\]\n$/);
});

test('what there is not is a dash', () => {
  const request = {
    remoteAddress: undefined,
    slot: undefined,
    queueMs: undefined,
    bytesOut: 0,
    version: '',
  };
  expect(lineOf('%(h)s %({slot}e)s %({queueMs}e)s %(b)s %({version}e)s %(u)s', request)).toBe(
    '- - - - - -\n',
  );
});

test.each([
  ['a\nb', 'a\\x0ab'],
  ['a"b\\', 'a\\"b\\\\'],
  ['\u001b[31m', '\\x1b[31m'],
  ['é\u2028', '\\xe9\\u2028'],
])('what a client sends cannot end the line or close a quote: %j', (sent, written) => {
  const line = lineOf('"%(r)s" "%(a)s" "%({x}i)s" "%({x}o)s" "%(u)s" %({requestId}e)s', {
    method: sent,
    url: sent,
    requestId: sent,
    headers: ['user-agent', sent, 'x', sent, 'authorization', basic(sent)],
    answerHeaders: ['x', sent],
  });
  expect(line.indexOf('\n')).toBe(line.length - 1);
  expect(line.startsWith(`"${written} ${written} HTTP/1.1" "${written}" "${written}"`)).toBe(true);
  expect(line).not.toMatch(/[^\n -~]/);
});

function basic(user: string): string {
  return `Basic ${Buffer.from(`${user}:x`, 'latin1').toString('base64')}`;
}
