const SECOND_MS = 1000;

/** The lines of answers that change with the time and the settings: written once a second, not per answer. */
export class AnswerClock {
  dateLine = '';
  keepAliveLines = '';
  #validUntilMs = 0;
  readonly #settings: { readonly keepAlive: number };

  constructor(settings: { readonly keepAlive: number }) {
    this.#settings = settings;
  }

  /** Before the lines are used. @param nowMs wall-clock time */
  at(nowMs: number): this {
    if (nowMs >= this.#validUntilMs || nowMs < this.#validUntilMs - SECOND_MS) this.#write(nowMs);
    return this;
  }

  /** Settings have changed. */
  forget(): void {
    this.#validUntilMs = 0;
  }

  #write(nowMs: number): void {
    const { keepAlive } = this.#settings;
    this.#validUntilMs = (Math.floor(nowMs / SECOND_MS) + 1) * SECOND_MS;
    this.dateLine = `Date: ${new Date(nowMs).toUTCString()}\r\n`;
    this.keepAliveLines = 'Connection: keep-alive\r\n';
    // As node:http has it: 0 is for ever, and then nothing is said.
    if (keepAlive > 0) {
      this.keepAliveLines += `Keep-Alive: timeout=${Math.floor(keepAlive / SECOND_MS)}\r\n`;
    }
  }
}
