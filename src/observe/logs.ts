import type { AccessLogFormat } from '../config/access-log-format.js';
import { type AccessLog, createAccessLog } from './access/access-log.js';
import { createLogger, createSink, type LogFormat, type Logger, type LogLevel } from './logger.js';
import { LogFiles, STANDARD_OUTPUT } from './output/log-files.js';
import type { LogOutput } from './output/log-output.js';
import { LogSink } from './output/log-sink.js';

export type LogsOptions = {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Fields of every line beside `pid`, such as a worker's `slot`. */
  readonly base?: Readonly<Record<string, string | number>>;
  /** A path, or `-`: the standard output. */
  readonly file?: string | undefined;
  /** Of the master alone: workers see no request whole. */
  readonly access?: AccessOptions;
  /** Where `-` leads, if not to this process's own standard output. */
  readonly standardFd?: number | undefined;
};

export type AccessOptions = {
  /** A path, or `-`; undefined: where the log goes. */
  readonly file: string | undefined;
  /** Undefined: one JSON line a request. */
  readonly format: AccessLogFormat | undefined;
};

/** How long an ending process waits for a reader of its log. */
const FLUSH_LIMIT_MS = 1000;
/** The levels at which lines of level info are written. */
const WITH_INFO: readonly LogLevel[] = ['trace', 'debug', 'info'];

/**
 * The logs of one process: its logger, its access log, the files they go to,
 * and the level, which may change while it runs.
 */
export class Logs {
  readonly log: Logger;
  /** One line for each request. */
  readonly accessLog: AccessLog;
  readonly format: LogFormat;
  readonly file: string;
  readonly #files: LogFiles;
  readonly #sink: LogSink;
  readonly #sinks: LogSink[] = [];
  /** Loggers made of `log`: of a model, of its routes. What they make lives for one request. */
  readonly #children: Logger[] = [];

  /** @throws the system's error when a file cannot be opened */
  constructor(options: LogsOptions) {
    const { level, format, base, file = STANDARD_OUTPUT, access, standardFd } = options;
    this.format = format;
    this.file = file;
    this.#files = new LogFiles(standardFd);
    // Asking process.stdout has an effect we want: a pipe becomes non-blocking, so that a reader
    // that has stalled gives EAGAIN instead of holding a thread, and with it our exit.
    const isColored = process.stdout.isTTY === true && file === STANDARD_OUTPUT;
    this.#sink = this.#sinkOver(createSink(format, this.#files.open(file), isColored));
    this.log = createLogger({
      level,
      sink: this.#sink,
      ...(base && { base }),
      onChild: (child) => this.#keep(child),
    });
    this.accessLog = access === undefined ? () => {} : this.#makeAccessLog(access);
    // The safety net of an exit that nobody prepared, such as after an uncaught exception.
    process.once('exit', () => this.#writeNow());
  }

  get level(): LogLevel {
    return this.log.level as LogLevel;
  }

  /** From now on, for this logger and those made of it. */
  set level(level: LogLevel) {
    this.log.level = level;
    for (const child of this.#children) child.level = level;
  }

  /** After a rename: lines go to new files of the old names. Says what it did, and could not do. */
  reopen(): void {
    for (const sink of this.#sinks) sink.flush();
    const { reopened, faults } = this.#files.reopen();
    for (const fault of faults) {
      this.log.error({ ...fault }, 'log file not reopened, going on with the old one');
    }
    if (reopened.length > 0) this.log.info({ files: reopened }, 'log files reopened');
  }

  /** Lines lost because the reader of the standard output has stalled, or a disk is full. */
  get droppedLines(): number {
    return this.#outputs.reduce((sum, output) => sum + output.droppedLines, 0);
  }

  /** Awaited before an orderly `process.exit`: every line is out, or its reader had its second. */
  async flushed(): Promise<void> {
    for (const sink of this.#sinks) sink.flush();
    await Promise.all(this.#outputs.map((output) => output.written(FLUSH_LIMIT_MS)));
  }

  get #outputs(): LogOutput[] {
    return [...this.#files.outputs];
  }

  #makeAccessLog({ file, format }: AccessOptions): AccessLog {
    const isApart = file !== undefined;
    const output = this.#files.open(file ?? this.file);
    return createAccessLog({
      sink: this.#accessSink(output, isApart || format !== undefined),
      format,
      isWanted: () => isApart || WITH_INFO.includes(this.level),
    });
  }

  /** Lines that are not JSON, and lines of a file of their own, are never made pretty. */
  #accessSink(output: LogOutput, isAsItIs: boolean): LogSink {
    const isShared = output === this.#files.open(this.file);
    if (isShared && !(isAsItIs && this.format === 'pretty')) return this.#sink;
    return this.#sinkOver(new LogSink(output));
  }

  #sinkOver(sink: LogSink): LogSink {
    this.#sinks.push(sink);
    return sink;
  }

  #keep(child: Logger): void {
    this.#children.push(child);
    child.onChild = () => {};
  }

  #writeNow(): void {
    for (const sink of this.#sinks) sink.flush();
    for (const output of this.#outputs) output.writeNow();
  }
}
