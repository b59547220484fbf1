/** How often a worker without work is asked whether it hears; less when it may be deaf for less. */
const PING_EVERY_MS = 2000;
/** Whoever hears has answered by then. */
const PROMPT_MS = 100;

/**
 * Whether a worker hears its master. Only one that has no work is asked: one that
 * computes cannot answer, and is not ill for that.
 *
 * quiet → pinged (a ping is out) → quiet again at its answer, or at any reply.
 */
export class Hearing {
  /** When the ping was sent that is unanswered. */
  #pingedAtMs: number | undefined = undefined;
  #heardAtMs: number;

  constructor(nowMs: number) {
    this.#heardAtMs = nowMs;
  }

  /** It answered the ping, or a request that it got after the ping. */
  heard(nowMs: number): void {
    this.#pingedAtMs = undefined;
    this.#heardAtMs = nowMs;
  }

  /** For a worker without work. `ping`: send it one now. `deaf`: it has not answered for too long. */
  look(nowMs: number, deafAfterMs: number): 'ping' | 'deaf' | undefined {
    if (this.#pingedAtMs !== undefined) {
      return nowMs - this.#pingedAtMs >= deafAfterMs ? 'deaf' : undefined;
    }
    if (nowMs - this.#heardAtMs < Math.min(PING_EVERY_MS, deafAfterMs / 2)) return undefined;
    this.#pingedAtMs = nowMs;
    return 'ping';
  }

  /** The ping that is out should have been answered by this time. */
  isOverdueAt(nowMs: number): boolean {
    return this.#pingedAtMs !== undefined && nowMs - this.#pingedAtMs >= PROMPT_MS;
  }
}
