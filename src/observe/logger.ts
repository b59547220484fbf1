import { type Logger, pino } from 'pino';
import { prettyFactory } from 'pino-pretty';
import { type LineOutput, LogSink } from './log-sink.js';
import { StandardOutput } from './standard-output.js';

export type { Logger };
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';
export type LogFormat = 'json' | 'pretty';

export type LoggerOptions = {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Fields of every line beside `pid`, such as a worker's `slot`. */
  readonly base?: Readonly<Record<string, string | number>>;
  /** Where lines go; the process's standard output unless told. */
  readonly sink?: LogSink;
};

/** How long an ending process waits for a reader of its log. */
const FLUSH_LIMIT_MS = 1000;

/** One line an event: constant `msg`, facts in fields, an error under `err`, ISO time. */
export function createLogger(options: LoggerOptions): Logger {
  return pino(
    {
      level: options.level,
      base: { pid: process.pid, ...options.base },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    options.sink ?? standardSink(options.format),
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

// A process has one standard output; made at the first use, so that importing this does nothing.
let output: StandardOutput | undefined;
const sinks = new Map<LogFormat, LogSink>();

/** The sink over the standard output that all loggers of one format share. */
export function standardSink(format: LogFormat): LogSink {
  const known = sinks.get(format);
  if (known !== undefined) return known;
  if (output === undefined) {
    output = new StandardOutput();
    process.once('exit', flushAtExit);
  }
  // Asking process.stdout has an effect we want: a pipe becomes non-blocking, so that a reader
  // that has stalled gives EAGAIN instead of holding a thread, and with it our exit.
  const sink = createSink(format, output, process.stdout.isTTY === true);
  sinks.set(format, sink);
  return sink;
}

/** Awaited before an orderly `process.exit`: every line is out, or its reader had its second. */
export async function flushLogs(): Promise<void> {
  for (const sink of sinks.values()) sink.flush();
  await output?.written(FLUSH_LIMIT_MS);
}

/** Log lines lost because the reader of the standard output has stalled. */
export function droppedLogLines(): number {
  return output?.droppedLines ?? 0;
}

// The safety net of an exit that nobody prepared, such as after an uncaught exception.
function flushAtExit(): void {
  for (const sink of sinks.values()) sink.flush();
  output?.writeNow();
}
