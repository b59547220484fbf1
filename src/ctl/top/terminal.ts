import { writeSync } from 'node:fs';

/** The alternate screen, so that what was there comes back; no cursor; lines are cut, not broken. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_TO_LINE_END = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const CTRL_C = '\u0003';
const ENDING_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
const STDOUT_FD = 1;

/**
 * A terminal taken over, and given back as it was: once, by `leave`, by a signal, and, should all
 * else fail, when the process ends.
 */
export class Terminal {
  readonly #onEnd: () => void;
  readonly #onResize: () => void;
  #isTaken = true;
  readonly #giveBack = (): void => this.leave();
  readonly #key = (keys: Buffer): void => {
    const text = keys.toString('latin1');
    if (text.includes('q') || text.includes('Q') || text.includes(CTRL_C)) this.#onEnd();
  };

  constructor(events: { onEnd(): void; onResize(): void }) {
    this.#onEnd = () => events.onEnd();
    this.#onResize = () => events.onResize();
    process.once('exit', this.#giveBack);
    for (const signal of ENDING_SIGNALS) process.on(signal, this.#onEnd);
    process.stdout.on('resize', this.#onResize);
    process.stdin.on('error', this.#onEnd).on('end', this.#onEnd).on('data', this.#key);
    process.stdin.setRawMode(true).resume();
    process.stdout.write(ENTER);
  }

  static get isThere(): boolean {
    return process.stdin.isTTY === true && process.stdout.isTTY === true;
  }

  get size(): { columns: number; rows: number } {
    return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
  }

  show(lines: readonly string[]): void {
    if (!this.#isTaken) return;
    const text = lines.map((line) => line + CLEAR_TO_LINE_END).join('\r\n');
    process.stdout.write(`${HOME}${text}${CLEAR_BELOW}`);
  }

  leave(): void {
    if (!this.#isTaken) return;
    this.#isTaken = false;
    process.off('exit', this.#giveBack);
    for (const signal of ENDING_SIGNALS) process.off(signal, this.#onEnd);
    process.stdout.off('resize', this.#onResize);
    process.stdin.off('error', this.#onEnd).off('end', this.#onEnd).off('data', this.#key);
    try {
      process.stdin.setRawMode(false).pause();
      writeSync(STDOUT_FD, LEAVE);
    } catch {
      // The terminal itself has gone: there is nothing to give back.
    }
  }
}
