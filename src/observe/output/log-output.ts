/** Writing to a file descriptor; a test puts a failing one in its place. */
export type Writer = {
  write(bytes: Buffer, done: (error: Error | null, writtenBytes: number) => void): void;
  writeSync(bytes: Buffer): number;
  /** Called when nothing is being written any more. */
  close(): void;
};

/** Held at most for a reader that does not read; lines beyond are dropped. */
const MAX_WAITING_CHARS = 16 * 1024 * 1024;
/** A full pipe is tried again after this time. */
const RETRY_MS = 5;

/**
 * Where log lines go: the standard output or a file, written without blocking
 * the event loop, one write at a time.
 *
 * idle → writing → idle, and while a pipe is full: writing → retrying → writing.
 *
 * A log reader must never harm the server. One that has stalled does not fill
 * its memory: what waits is bounded, and lines beyond are dropped and counted.
 * One that has gone (EPIPE) costs the lines, nothing else; nor does an exit wait
 * for either. (pino.destination would: its synchronous flush tries for ever.)
 */
export class LogOutput {
  #writer: Writer;
  /** Takes the writer's place between two writes. */
  #nextWriter: Writer | undefined;
  #waiting: string[] = [];
  #waitingChars = 0;
  /** What is left of the bytes being written; undefined when idle. */
  #rest: Buffer | undefined;
  #isRetrying = false;
  #droppedLines = 0;
  #onIdle: (() => void) | undefined;

  constructor(writer: Writer) {
    this.#writer = writer;
  }

  /** Lines lost because nobody took them. */
  get droppedLines(): number {
    return this.#droppedLines;
  }

  write(chunk: string): void {
    if (this.#waitingChars + chunk.length > MAX_WAITING_CHARS) {
      this.#drop(chunk);
      return;
    }
    this.#waiting.push(chunk);
    this.#waitingChars += chunk.length;
    if (this.#rest === undefined) this.#writeNext();
  }

  /** From the next whole line on, lines go there; the old writer is closed then. */
  replaceWriter(next: Writer): void {
    this.#nextWriter?.close();
    this.#nextWriter = next;
    if (this.#rest === undefined) this.#changeWriter();
  }

  /** Resolves when all is written; what the reader has not taken after `limitMs` is dropped. */
  written(limitMs: number): Promise<void> {
    if (this.#rest === undefined) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#drop(this.#takeWaiting());
        resolve();
      }, limitMs);
      this.#onIdle = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** For the last moment of a process, when no event loop is left: what goes at once, goes. */
  writeNow(): void {
    const started = this.#isRetrying ? this.#rest : undefined;
    let rest = Buffer.concat([started ?? Buffer.alloc(0), Buffer.from(this.#takeWaiting())]);
    try {
      while (rest.length > 0) rest = rest.subarray(this.#writer.writeSync(rest));
    } catch {
      this.#drop(rest.toString());
    }
  }

  #takeWaiting(): string {
    const text = this.#waiting.join('');
    this.#waiting = [];
    this.#waitingChars = 0;
    return text;
  }

  #changeWriter(): void {
    if (this.#nextWriter === undefined) return;
    this.#writer.close();
    this.#writer = this.#nextWriter;
    this.#nextWriter = undefined;
  }

  #writeNext(): void {
    this.#changeWriter();
    if (this.#waiting.length > 0) {
      this.#writeBytes(Buffer.from(this.#takeWaiting()));
      return;
    }
    this.#rest = undefined;
    this.#onIdle?.();
  }

  #writeBytes(bytes: Buffer): void {
    this.#rest = bytes;
    this.#isRetrying = false;
    this.#writer.write(bytes, (error, writtenBytes) => {
      if (error !== null) this.#failed(error, bytes);
      else if (writtenBytes < bytes.length) this.#writeBytes(bytes.subarray(writtenBytes));
      else this.#writeNext();
    });
  }

  #failed(error: Error, bytes: Buffer): void {
    if ('code' in error && error.code === 'EAGAIN') {
      this.#isRetrying = true;
      setTimeout(() => this.#writeBytes(bytes), RETRY_MS).unref();
      return;
    }
    this.#drop(bytes.toString());
    this.#writeNext();
  }

  #drop(text: string): void {
    this.#droppedLines += text.split('\n').length - 1;
  }
}
