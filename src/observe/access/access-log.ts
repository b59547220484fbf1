import type { AccessLogFormat } from '../../config/access-log-format.js';
import type { FinishedRequest } from '../finished-request.js';
import type { LogSink } from '../output/log-sink.js';
import { jsonLine } from './json-line.js';
import { plainLine } from './plain-line.js';

export type AccessLog = (request: FinishedRequest) => void;

export type AccessLogOptions = {
  readonly sink: LogSink;
  /** Undefined: JSON. */
  readonly format?: AccessLogFormat | undefined;
  /** Asked for each request: the level may change. */
  isWanted(): boolean;
};

/** One line per request that is done; what the line looks like is decided once, here. */
export function createAccessLog({ sink, format, isWanted }: AccessLogOptions): AccessLog {
  const line = format === undefined ? jsonLine() : plainLine(format);
  return (request) => {
    if (isWanted()) sink.writeSoon(line(request, Date.now()));
  };
}
