import { expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { answerLogLevel } from '../../../../src/master/control/log-level.js';
import type { LogLevel } from '../../../../src/observe/logger.js';

function ask(method: string, body: string, headers: readonly string[] = []): string {
  let now: LogLevel = 'info';
  const live = {
    level: () => now,
    change: (level: LogLevel) => {
      now = level;
    },
  };
  const request = { method, headerNames: new Set(headers), body: Buffer.from(body) };
  try {
    return answerLogLevel(request, live);
  } catch (error) {
    if (error instanceof RequestError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

test.each([
  ['GET', '', '{"level":"info"}'],
  ['POST', '{"level":"debug"}', '{"level":"debug"}'],
  [
    'POST',
    '{"level":"loud"}',
    'INVALID_INPUT: level: expected one of trace, debug, info, warn, error, fatal, silent; got "loud"',
  ],
  [
    'POST',
    '{}',
    'INVALID_INPUT: level: expected one of trace, debug, info, warn, error, fatal, silent; got none',
  ],
  ['POST', '[', 'INVALID_INPUT: the body is not valid JSON; expected {"level": "…"}'],
  ['PUT', '', 'METHOD_NOT_ALLOWED: PUT is not allowed here; expected GET or POST'],
])('%s %s', (method, body, answer) => {
  expect(ask(method, body)).toBe(answer);
});

test('a web page may not change it', () => {
  expect(ask('POST', '{"level":"debug"}', ['origin'])).toMatch(/^FORBIDDEN: /);
});
