import { RequestError } from '../../errors.js';
import { isLogLevel, LOG_LEVELS, type LogLevel } from '../../observe/logger.js';
import { webPageRefusal } from './control-access.js';
import type { ControlRequest } from './control-routes.js';

/** The level of the log, in the master and in every worker. */
export type LiveLogLevel = {
  level(): LogLevel;
  /** At once, and for workers still to come. */
  change(level: LogLevel): void;
};

export const LOG_LEVEL_PATH = '/log-level';

/**
 * `GET /log-level` tells it, `POST` with `{"level": "debug"}` changes it; both answer what it is
 * then. Until the next start: the settings stay as they are.
 *
 * @throws RequestError
 */
export function answerLogLevel(
  { method, headerNames, body }: Pick<ControlRequest, 'method' | 'headerNames' | 'body'>,
  live: LiveLogLevel,
): string {
  if (method === 'POST') {
    const refusal = webPageRefusal(headerNames);
    if (refusal !== undefined) throw refusal;
    live.change(levelOf(body));
  } else if (method !== 'GET') {
    const text = `${method} is not allowed here; expected GET or POST`;
    throw new RequestError('METHOD_NOT_ALLOWED', text, { headers: { allow: 'GET, POST' } });
  }
  return JSON.stringify({ level: live.level() });
}

function levelOf(body: Buffer): LogLevel {
  const level = fieldOf(body.toString('utf8'));
  if (isLogLevel(level)) return level;
  const got = JSON.stringify(level)?.slice(0, 40) ?? 'none';
  const text = `level: expected one of ${LOG_LEVELS.join(', ')}; got ${got}`;
  throw new RequestError('INVALID_INPUT', text);
}

function fieldOf(text: string): unknown {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null && 'level' in parsed
      ? parsed.level
      : undefined;
  } catch (error) {
    const what = 'the body is not valid JSON; expected {"level": "…"}';
    throw new RequestError('INVALID_INPUT', what, { cause: error });
  }
}
