import { EXIT, type ExitCode, RequestError } from '../errors.js';
import type { Logger } from '../observe/logger.js';
import type { Front } from './front/front.js';
import type { Listeners } from './listen/listeners.js';
import type { Traffic } from './routing/traffic.js';
import type { Supervisor } from './workers/supervisor.js';

/**
 * serving → drain delay → draining → stopping → stopped
 * serving → resting → serving, draining
 *
 * resting: another master serves; this one finishes what it has, and may serve again. drain delay: only
 * readiness says that it is about to go, so that others hear of it; all else is as before. draining:
 * the listener is closed, what was accepted is answered. stopping: everybody was answered one way or
 * the other; workers and connections go.
 */
export type ServerState =
  | 'serving'
  | 'resting'
  | 'drain delay'
  | 'draining'
  | 'stopping'
  | 'stopped';

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
  /** A part of the graceful timeout. */
  readonly drainDelayMs: number;
  readonly drainIdleMs: number;
  now(): number;
  /** The server serves no longer: what changes it is given up. */
  leavingService(): void;
  /** The last connection of a server that rests is gone. */
  atRest(): void;
  /** The last connection and the last worker are gone. */
  stopped(exitCode: ExitCode): void;
};

/** Those of its parts that are settings. */
export const SHUTDOWN_SETTINGS = {
  gracefulTimeoutMs: 'gracefulTimeout',
  drainDelayMs: 'drainDelay',
  drainIdleMs: 'drainIdle',
} as const;

/** Answers written last need a moment to leave before their connections are cut. */
const LAST_WORDS_MS = 250;

const SAID = { draining: 'draining', resting: 'going to rest' } as const;
const REST_OVER = 'another server has taken over and the graceful timeout has passed';

export class Shutdown {
  state: ServerState = 'serving';
  readonly #parts: ShutdownParts;
  #askedAtMs = 0;
  #drainingSinceMs = 0;
  #isHurried = false;
  #isAtRest = false;

  constructor(parts: ShutdownParts) {
    this.#parts = parts;
  }

  get isServing(): boolean {
    return this.state === 'serving';
  }

  /** New connections are taken. */
  get isAccepting(): boolean {
    return this.state === 'serving' || this.state === 'drain delay';
  }

  /** Answers everything that was accepted, then stops. Asked again, it hurries. */
  drain(): void {
    if (this.state !== 'serving' && this.state !== 'resting') {
      this.quick();
      return;
    }
    const { drainDelayMs, log, now } = this.#parts;
    this.#askedAtMs = now();
    if (this.state === 'serving' && drainDelayMs > 0) {
      this.state = 'drain delay';
      log.info({ ms: drainDelayMs }, 'drain delay');
      this.#parts.leavingService();
    } else {
      this.#begin('draining');
      this.#parts.leavingService();
    }
    this.tick();
  }

  /** Answers everything that was accepted and takes no more, until it is to serve again. */
  rest(): void {
    if (this.state !== 'serving') return;
    this.#isAtRest = false;
    this.#begin('resting');
    this.tick();
  }

  /** It takes connections again. */
  resume(): void {
    if (this.state === 'resting') this.state = 'serving';
  }

  /** Answers everybody 503 and stops at once. Asked again, it does not wait for anything. */
  quick(): void {
    if (this.state === 'stopping') {
      this.#isHurried = true;
      this.#parts.front.closeAll();
      return;
    }
    this.#leaveService();
    const error = new RequestError('DRAINING', 'the server is being stopped');
    void this.#stop(EXIT.OK, error, true);
  }

  /** The server cannot go on: everybody who waits is told so. */
  abandon(exitCode: ExitCode, reason: string): void {
    if (this.state === 'stopping' || this.state === 'stopped') return;
    this.#leaveService();
    void this.#stop(exitCode, new RequestError('NO_WORKERS', reason), true);
  }

  /** Called some times a second. */
  tick(): void {
    if (this.state === 'drain delay') this.#delayed();
    if (this.state === 'draining') this.#drained();
    else if (this.state === 'resting' && !this.#isAtRest) this.#rested();
  }

  /** It has not begun to stop. */
  get mayServe(): boolean {
    return this.state === 'serving' || this.state === 'resting';
  }

  /** Said when it is so: who reads the line may rely on it that no connection is taken any more. */
  #begin(state: 'draining' | 'resting'): void {
    const { front, listeners, dispatcher, log, now } = this.#parts;
    this.state = state;
    this.#drainingSinceMs = now();
    listeners.close();
    const { depth, inFlight } = dispatcher;
    log.info({ connections: front.openConnections, waiting: depth, inFlight }, SAID[state]);
  }

  #rested(): void {
    const { front, dispatcher, gracefulTimeoutMs, drainIdleMs, now } = this.#parts;
    const restingMs = now() - this.#drainingSinceMs;
    if (restingMs >= drainIdleMs) front.closeIdle();
    const isOver = dispatcher.isIdle && front.openConnections === 0;
    if (!isOver && restingMs < gracefulTimeoutMs) return;
    this.#isAtRest = true;
    if (!isOver) this.#refuseAll(new RequestError('DRAINING', REST_OVER));
    this.#parts.atRest();
  }

  #delayed(): void {
    const { drainDelayMs, now } = this.#parts;
    if (now() - this.#askedAtMs < drainDelayMs) return;
    this.#begin('draining');
  }

  #drained(): void {
    const { front, dispatcher, gracefulTimeoutMs, drainIdleMs, now } = this.#parts;
    if (now() - this.#drainingSinceMs >= drainIdleMs) front.closeIdle();
    const isIdle = dispatcher.isIdle;
    if (isIdle && front.openConnections === 0) {
      void this.#stop(EXIT.OK, undefined, false);
    } else if (now() - this.#askedAtMs >= gracefulTimeoutMs) {
      const exitCode = isIdle ? EXIT.OK : EXIT.UNEXPECTED;
      const text = 'the server is stopping and its graceful timeout has passed';
      void this.#stop(exitCode, new RequestError('DRAINING', text), !isIdle);
    }
  }

  /** As far as that has not been done. */
  #leaveService(): void {
    if (this.mayServe || this.state === 'drain delay') this.#parts.listeners.close();
    if (this.mayServe) this.#parts.leavingService();
  }

  async #stop(
    exitCode: ExitCode,
    error: RequestError | undefined,
    mustKill: boolean,
  ): Promise<void> {
    const { front, supervisor } = this.#parts;
    this.state = 'stopping';
    if (error !== undefined) {
      this.#refuseAll(error);
      await this.#lastWords();
    }
    front.closeAll();
    if (mustKill) await supervisor.killAll('the server stops');
    else await supervisor.stop();
    this.state = 'stopped';
    this.#parts.stopped(exitCode);
  }

  #refuseAll(error: RequestError): void {
    const { front, dispatcher, log } = this.#parts;
    const unanswered = [...dispatcher.unanswered()].length;
    if (unanswered > 0) log.warn({ unanswered, code: error.code }, 'refusing what is unanswered');
    dispatcher.refuseAll(error);
    front.refuseArriving(error);
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
