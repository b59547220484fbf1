import type { HandedSocket } from '../../config/sources/handover.js';
import { EXIT, StartError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { Listeners } from '../listen/listeners.js';
import { SharedSockets } from '../listen/shared-sockets.js';
import type { Shutdown } from '../shutdown.js';
import type { Successor, SuccessorEvents, SuccessorExit } from './successor.js';

/**
 * none → starting → beside → leaving → none
 *
 * starting: a new master boots, and gets the admin port when it is ready; this one serves alone.
 * beside: the new one serves, too; this one serves as well, rests, or drains. leaving: the new one takes no more connections and has
 * given the port back. When it ends, or says that it will, this one serves alone again, if it is
 * not on its own way out.
 */
export type UpgradePhase = 'none' | 'starting' | 'beside' | 'leaving';

type Port = Pick<Listeners, 'sockets' | 'open' | 'areShared'>;

export type UpgradeParts = {
  readonly log: Pick<Logger, 'info' | 'warn' | 'error'>;
  readonly main: Port;
  readonly admin: Port & {
    /** Takes no more connections, and ends those that are open after their next answer. */
    yield(): void;
  };
  readonly shutdown: Pick<Shutdown, 'state' | 'rest' | 'resume'>;
  readonly pid: number;
  /** The master that has started this one is still there. */
  hasPredecessor(): boolean;
  start(sockets: readonly HandedSocket[], events: SuccessorEvents): Successor;
  /** All workers go. */
  sendWorkersAway(): Promise<void>;
  /** As many as before come. @throws when they cannot */
  bringWorkersBack(): Promise<void>;
  /** Somebody is there to serve, or will be. */
  areWorkersComing(): boolean;
  now(): number;
  /** How long nobody may be there to serve. */
  readonly giveUpAfterMs: number;
  /** The server cannot go on. */
  fail(error: StartError): void;
};

const AGAIN_AFTER_MS = 1000;

/** Changing this master for a new one, and back, with both on the same sockets. */
export class Upgrade {
  phase: UpgradePhase = 'none';
  readonly #parts: UpgradeParts;
  #successor: Successor | undefined;
  /** Connections are to be taken again as soon as there is somebody to serve them. */
  #mustReturn = false;
  /** It was told to come back, and its workers are not there yet. */
  #isComingBack = false;
  /** Their going has begun and is not done: who is there still will be gone in a moment. */
  #areWorkersLeaving = false;
  #isAdminGiven = false;

  constructor(parts: UpgradeParts) {
    this.#parts = parts;
  }

  /** Of the new master, from its start to its end. */
  get successorPid(): number | undefined {
    return this.#successor?.pid;
  }

  /** USR2 */
  begin(): void {
    const reason = this.#refusal();
    if (reason !== undefined) {
      this.#parts.log.warn({ reason }, 'upgrade refused');
      return;
    }
    const { main, admin, log, start } = this.#parts;
    this.phase = 'starting';
    this.#setShared(true);
    try {
      this.#successor = start([...main.sockets, ...admin.sockets], {
        ready: () => this.#ready(),
        serving: () => this.#serving(),
        leaving: () => this.#leaving(),
        gone: (exit) => this.#gone(exit),
      });
    } catch (error) {
      // For want of memory, for instance.
      this.#gone({ code: null, signal: null, reason: (error as Error).message });
      return;
    }
    log.info({ newPid: this.successorPid }, 'upgrade: new master started');
  }

  /** WINCH */
  rest(): void {
    const { log, shutdown } = this.#parts;
    if (this.phase !== 'beside') {
      log.warn({ reason: 'no new master serves in its place' }, 'rest refused');
    } else if (shutdown.state !== 'serving') {
      log.warn({ reason: `this master is ${shutdown.state}` }, 'rest refused');
    } else shutdown.rest();
  }

  /** HUP to a master that rests. @returns whether it was for that */
  comeBack(): boolean {
    const { shutdown, bringWorkersBack, log } = this.#parts;
    if (shutdown.state !== 'resting') return false;
    log.info({}, 'coming back');
    this.#isComingBack = true;
    // The new master serves meanwhile, so nobody has to wait for these workers.
    bringWorkersBack().then(
      () => this.#listenAgain(),
      (error: Error) => {
        this.#isComingBack = false;
        log.error({ reason: error.message }, 'not come back');
      },
    );
    return true;
  }

  /** The last connection of a master that rests is gone. */
  atRest(): void {
    // Its workers are about to be needed; who asked for their return may not have found them gone.
    if (this.#mustReturn || this.#isComingBack) return;
    const { log, sendWorkersAway } = this.#parts;
    this.#areWorkersLeaving = true;
    const left = (): void => {
      this.#areWorkersLeaving = false;
    };
    sendWorkersAway().then(
      () => {
        left();
        log.info({}, 'resting');
      },
      (error: Error) => {
        left();
        log.error({ reason: error.message }, 'workers not sent away');
      },
    );
  }

  /** Called often. */
  tick(): void {
    if (!this.#mustReturn || this.#areWorkersLeaving) return;
    if (this.#parts.areWorkersComing()) void this.#listenAgain();
  }

  #refusal(): string | undefined {
    const { pid, shutdown, hasPredecessor } = this.#parts;
    if (pid === 1) {
      return 'this is process 1, and a container ends with it: start another container instead';
    }
    if (shutdown.state !== 'serving') return `the server is ${shutdown.state}`;
    if (this.phase !== 'none') return 'an upgrade is under way';
    return hasPredecessor() ? 'the master before this one is still there' : undefined;
  }

  #ready(): void {
    this.#parts.admin.yield();
    this.#isAdminGiven = true;
    this.#successor?.go();
  }

  #serving(): void {
    const { log } = this.#parts;
    this.phase = 'beside';
    log.info({ newPid: this.successorPid }, 'upgrade: new master serves');
  }

  #leaving(): void {
    if (this.phase === 'beside') this.phase = 'leaving';
    void this.#takeAdminBack();
    if (this.#parts.shutdown.state === 'resting') this.#returnAtOnce();
  }

  #gone({ code, signal, reason }: SuccessorExit): void {
    const { log, shutdown } = this.#parts;
    const facts = { newPid: this.successorPid, code, signal, ...(reason && { reason }) };
    const { phase } = this;
    if (phase === 'starting') log.error(facts, 'upgrade failed');
    else log.warn(facts, 'upgrade: new master is gone');
    this.phase = 'none';
    this.#setShared(false);
    void this.#takeAdminBack();
    if (shutdown.state !== 'resting') this.#forget();
    else if (!this.#mustReturn) this.#returnAtOnce();
  }

  async #takeAdminBack(): Promise<void> {
    if (!this.#isAdminGiven) return;
    this.#isAdminGiven = false;
    const { admin } = this.#parts;
    const lent = this.#successor?.takeLent(['admin-bind', 'metrics-bind']) ?? [];
    await this.#open(admin, lent);
  }

  /** Nobody else serves: clients wait in the backlog of the sockets that are still open here. */
  #returnAtOnce(sinceMs: number = this.#parts.now()): void {
    const { log, bringWorkersBack, giveUpAfterMs, now, fail } = this.#parts;
    this.#mustReturn = true;
    bringWorkersBack().catch(({ message: reason }: Error) => {
      if (this.#parts.shutdown.state !== 'resting') return;
      if (now() - sinceMs >= giveUpAfterMs) {
        fail(new StartError(EXIT.GAVE_UP, `giving up: no worker came back; ${reason}`));
        return;
      }
      log.error({ reason }, 'workers did not come back; trying again');
      setTimeout(() => this.#returnAtOnce(sinceMs), AGAIN_AFTER_MS);
    });
  }

  async #listenAgain(): Promise<void> {
    const { main, shutdown, log } = this.#parts;
    this.#mustReturn = false;
    this.#isComingBack = false;
    if (shutdown.state !== 'resting') return;
    const lent = this.#successor?.takeLent(['bind']) ?? [];
    shutdown.resume();
    await this.#open(main, lent);
    log.info({}, 'serving again');
    if (this.phase === 'beside') this.#successor?.lend();
    else if (this.phase === 'none') this.#forget();
  }

  async #open(port: Port, lent: readonly HandedSocket[]): Promise<void> {
    try {
      const shared = new SharedSockets(lent);
      await port.open(shared);
      shared.closeRest();
    } catch (error) {
      this.#parts.log.error({ reason: (error as Error).message }, 'cannot listen again');
    }
  }

  #forget(): void {
    this.#successor?.closeLent();
    this.#successor = undefined;
  }

  #setShared(areShared: boolean): void {
    this.#parts.main.areShared = areShared;
    this.#parts.admin.areShared = areShared;
  }
}
