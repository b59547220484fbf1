import { destination } from 'pino';

/** Written at most this much ahead of a reader that does not read; then lines are dropped. */
const MAX_UNWRITTEN_BYTES = 16 * 1024 * 1024;
/** One write is under way at a time; at a busy moment a small one would fall behind the lines. */
const MAX_WRITE_BYTES = 128 * 1024;

type Destination = ReturnType<typeof destination>;

/**
 * The process's standard output, written without blocking the event loop.
 *
 * A reader that has stalled must not fill the memory of the server: what it has
 * not taken is bounded, and lines beyond that are dropped and counted. A reader
 * that has gone (EPIPE) ends the logging, never the server; pino sees to that.
 */
export class StandardOutput {
  readonly #destination: Destination;
  #isWriting = false;
  #droppedLines = 0;

  constructor(fd = 1) {
    this.#destination = destination({
      dest: fd,
      sync: false,
      minLength: 0,
      maxLength: MAX_UNWRITTEN_BYTES,
      maxWrite: MAX_WRITE_BYTES,
    });
    this.#destination.on('drain', () => {
      this.#isWriting = false;
    });
    this.#destination.on('drop', (chunk: string) => {
      this.#droppedLines += chunk.split('\n').length - 1;
    });
  }

  /** Lines lost because nobody read them in time. */
  get droppedLines(): number {
    return this.#droppedLines;
  }

  write(chunk: string): void {
    this.#isWriting = true;
    this.#destination.write(chunk);
  }

  /** Resolves when all is written, or after `limitMs` if the reader has stalled or gone. */
  written(limitMs: number): Promise<void> {
    if (!this.#isWriting) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = (): void => {
        clearTimeout(timer);
        this.#destination.off('drain', finish);
        resolve();
      };
      const timer = setTimeout(finish, limitMs);
      this.#destination.on('drain', finish);
    });
  }

  /** For the last moment of a process, when no event loop is left. */
  writeNow(): void {
    this.#destination.flushSync();
  }
}
