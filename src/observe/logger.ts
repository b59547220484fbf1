import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type LineOutput, LogSink } from './output/log-sink.js';

export type { Logger };
export const LOG_LEVELS = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export type LogFormat = 'json' | 'pretty';

export type LoggerOptions = {
  readonly level: LogLevel;
  /** Fields of every line beside `pid`, such as a worker's `slot`. */
  readonly base?: Readonly<Record<string, string | number>>;
  readonly sink: LogSink;
  /** A logger made of this one, or of one that was; pino's own. */
  readonly onChild?: (child: Logger) => void;
};

/** One line an event: constant `msg`, facts in fields, an error under `err`, ISO time. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { pid: process.pid, ...options.base },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      ...(options.onChild && { onChild: options.onChild }),
    },
    options.sink,
  );
}

/** `auto` is pretty for a person at a terminal, else JSON. */
export function resolveLogFormat(format: 'auto' | LogFormat, isTty: boolean): LogFormat {
  if (format !== 'auto') return format;
  return isTty ? 'pretty' : 'json';
}

/** A sink of the given format over any output. */
export function createSink(format: LogFormat, output: LineOutput, isColored = false): LogSink {
  if (format === 'json') return new LogSink(output);
  const render = prettyFactory({
    colorize: isColored,
    translateTime: 'SYS:HH:MM:ss.l',
    ignore: 'pid',
    singleLine: true,
  });
  return new LogSink(output, (line) => render(line) ?? line);
}

export function isLogLevel(text: unknown): text is LogLevel {
  return LOG_LEVELS.some((level) => level === text);
}
