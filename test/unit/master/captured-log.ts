// A logger whose lines a test reads.
import { createLogger, createSink, type Logger } from '../../../src/observe/logger.js';

export type LogLine = Record<string, unknown> & { readonly level: string; readonly msg: string };

export function capturedLog(): { log: Logger; lines: () => LogLine[] } {
  const written: string[] = [];
  const sink = createSink('json', { write: (line) => written.push(line) });
  const log = createLogger({ level: 'debug', sink });
  return { log, lines: () => written.map((line) => JSON.parse(line)) };
}
