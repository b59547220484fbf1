import { EXIT, type ExitCode, RequestError } from '../errors.js';
import type { Logger } from '../observe/logger.js';
import type { Front } from './front/front.js';
import type { Listeners } from './listen/listeners.js';
import type { Traffic } from './routing/traffic.js';
import type { Supervisor } from './workers/supervisor.js';

/**
 * serving → draining → stopping → stopped
 *
 * draining: the listener is closed, what was accepted is answered. stopping:
 * everybody was answered one way or the other; workers and connections go.
 */
export type ServerState = 'serving' | 'draining' | 'stopping' | 'stopped';

export type ShutdownParts = {
  readonly front: Pick<Front, 'openConnections' | 'closeIdle' | 'closeAll' | 'refuseArriving'>;
  readonly listeners: Pick<Listeners, 'close'>;
  readonly dispatcher: Pick<
    Traffic['dispatcher'],
    'depth' | 'inFlight' | 'isIdle' | 'unanswered' | 'refuseAll'
  >;
  readonly supervisor: Pick<Supervisor, 'stop' | 'killAll'>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  readonly gracefulTimeoutMs: number;
  readonly drainIdleMs: number;
  now(): number;
  /** The server serves no longer: what changes it is given up. */
  leavingService(): void;
  /** The last connection and the last worker are gone. */
  stopped(exitCode: ExitCode): void;
};

/** Answers written last need a moment to leave before their connections are cut. */
const LAST_WORDS_MS = 250;

export class Shutdown {
  state: ServerState = 'serving';
  readonly #parts: ShutdownParts;
  #drainingSinceMs = 0;
  #isHurried = false;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  get isServing(): boolean {
    return this.state === 'serving';
  }

  /** Answers everything that was accepted, then stops. Asked again, it hurries. */
  drain(): void {
    if (this.state !== 'serving') {
      this.quick();
      return;
    }
    const { front, dispatcher, log, now } = this.#parts;
    this.state = 'draining';
    this.#drainingSinceMs = now();
    const { depth, inFlight } = dispatcher;
    log.info({ connections: front.openConnections, waiting: depth, inFlight }, 'draining');
    this.#leaveService();
    this.tick();
  }

  /** Answers everybody 503 and stops at once. Asked again, it does not wait for anything. */
  quick(): void {
    if (this.state === 'stopping') {
      this.#isHurried = true;
      this.#parts.front.closeAll();
      return;
    }
    if (this.state === 'serving') this.#leaveService();
    const error = new RequestError('DRAINING', 'the server is being stopped');
    void this.#stop(EXIT.OK, error, true);
  }

  /** The server cannot go on: everybody who waits is told so. */
  abandon(exitCode: ExitCode, reason: string): void {
    if (this.state === 'stopping' || this.state === 'stopped') return;
    if (this.state === 'serving') this.#leaveService();
    void this.#stop(exitCode, new RequestError('NO_WORKERS', reason), true);
  }

  /** Called some times a second while draining. */
  tick(): void {
    if (this.state !== 'draining') return;
    const { front, dispatcher, gracefulTimeoutMs, drainIdleMs, now } = this.#parts;
    const drainingMs = now() - this.#drainingSinceMs;
    if (drainingMs >= drainIdleMs) front.closeIdle();
    const isIdle = dispatcher.isIdle;
    if (isIdle && front.openConnections === 0) {
      void this.#stop(EXIT.OK, undefined, false);
    } else if (drainingMs >= gracefulTimeoutMs) {
      const exitCode = isIdle ? EXIT.OK : EXIT.UNEXPECTED;
      const text = 'the server is stopping and its graceful timeout has passed';
      void this.#stop(exitCode, new RequestError('DRAINING', text), !isIdle);
    }
  }

  #leaveService(): void {
    this.#parts.listeners.close();
    this.#parts.leavingService();
  }

  async #stop(
    exitCode: ExitCode,
    error: RequestError | undefined,
    mustKill: boolean,
  ): Promise<void> {
    const { front, dispatcher, supervisor, log } = this.#parts;
    this.state = 'stopping';
    if (error !== undefined) {
      const unanswered = [...dispatcher.unanswered()].length;
      if (unanswered > 0) log.warn({ unanswered, code: error.code }, 'refusing what is unanswered');
      dispatcher.refuseAll(error);
      front.refuseArriving(error);
      await this.#lastWords();
    }
    front.closeAll();
    if (mustKill) await supervisor.killAll('the server stops');
    else await supervisor.stop();
    this.state = 'stopped';
    this.#parts.stopped(exitCode);
  }

  async #lastWords(): Promise<void> {
    const { front, now } = this.#parts;
    const untilMs = now() + LAST_WORDS_MS;
    while (!this.#isHurried && front.openConnections > 0 && now() < untilMs) {
      front.closeIdle();
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
}
