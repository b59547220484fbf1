/** Where whole chunks of log lines go: the standard output, or an array in a test. */
export type LineOutput = { write(chunk: string): unknown };

/** A write of this size is worth its system call; it is also what a pipe holds on Linux. */
const CHUNK_CHARS = 64 * 1024;
/** How long an access line may wait for others to be written with. */
const GATHER_MS = 20;

/**
 * Gathers log lines into chunks of whole lines.
 *
 * Event lines (`write`) leave at once. Access lines (`writeSoon`) are gathered
 * for some milliseconds: a system call per line costs more than making the line.
 * Both kinds stay in order.
 */
export class LogSink {
  readonly #output: LineOutput;
  readonly #render: ((line: string) => string) | undefined;
  #pending = '';
  #timer: NodeJS.Timeout | undefined;

  /** `render` turns one JSON line into what a person reads; without it lines stay JSON. */
  constructor(output: LineOutput, render?: (line: string) => string) {
    this.#output = output;
    this.#render = render;
  }

  write(line: string): void {
    this.#append(line);
    this.flush();
  }

  writeSoon(line: string): void {
    this.#append(line);
    this.#timer ??= setTimeout(() => this.flush(), GATHER_MS).unref();
  }

  /** Hands everything gathered to the output. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#handOver();
  }

  #append(line: string): void {
    const text = this.#render === undefined ? line : this.#render(line);
    if (this.#pending.length + text.length > CHUNK_CHARS) this.#handOver();
    this.#pending += text;
  }

  #handOver(): void {
    if (this.#pending === '') return;
    const chunk = this.#pending;
    this.#pending = '';
    this.#output.write(chunk);
  }
}
