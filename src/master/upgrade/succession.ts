import type { Settings } from '../../config/settings.js';
import type { Handover } from '../../config/sources/handover.js';
import { EXIT, StartError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { AdminListeners } from '../control/admin-listeners.js';
import type { Listeners } from '../listen/listeners.js';
import { SharedSockets } from '../listen/shared-sockets.js';
import { PidFile } from '../pid-file.js';
import { Predecessor, tellFailure } from './predecessor.js';
import { Upgrade, type UpgradeParts } from './upgrade.js';

export type SuccessionParts = Omit<UpgradeParts, 'hasPredecessor' | 'pid' | 'giveUpAfterMs'> & {
  readonly settings: Pick<Settings, 'giveUpAfter' | 'pid'>;
  readonly handover: Handover | undefined;
  readonly log: Logger;
  readonly main: Listeners;
  readonly admin: AdminListeners;
  /** How long the slowest of the workers may take to be ready. */
  bootLimitMs(): number;
  /** All that there are to be are ready. */
  areWorkersReady(): boolean;
};

/** The supervisor ends a worker that boots for too long; it is tried once more. */
const BOOTS = 2;

/**
 * This master among the one before it and the one after it.
 *
 * A master that follows another takes no connections until all its workers are ready, so that a
 * release that does not work costs nobody anything; all others take them at once.
 */
export class Succession {
  readonly upgrade: Upgrade;
  readonly #parts: SuccessionParts;
  readonly #predecessor: Predecessor | undefined;
  readonly #pidFile: PidFile | undefined;
  /** When a master that follows another must have its workers ready; undefined once they were. */
  #readyByMs: number | undefined;

  constructor(parts: SuccessionParts) {
    const { handover, settings } = parts;
    this.#parts = parts;
    this.#predecessor = handover && new Predecessor(handover, process);
    this.#pidFile = settings.pid === undefined ? undefined : new PidFile(settings.pid, !!handover);
    this.upgrade = new Upgrade({
      ...parts,
      pid: process.pid,
      giveUpAfterMs: settings.giveUpAfter,
      hasPredecessor: () => this.#predecessor?.isThere === true,
    });
  }

  /** Opens the ports, unless another master serves still. @throws StartError */
  async begin(): Promise<void> {
    const { main, admin, bootLimitMs, log, now } = this.#parts;
    const predecessor = this.#predecessor;
    this.#pidFile?.write();
    if (predecessor === undefined) {
      await admin.open();
      await main.open();
      return;
    }
    this.#readyByMs = now() + BOOTS * bootLimitMs();
    log.info({ oldPid: predecessor.pid }, 'following another master');
    predecessor.onGone = () => this.#predecessorGone();
    if (!predecessor.isThere) this.#predecessorGone();
  }

  /** No master is to follow another. */
  get isSettled(): boolean {
    return this.#readyByMs === undefined && this.upgrade.phase === 'none';
  }

  /** Called often. */
  tick(): void {
    this.upgrade.tick();
    const { areWorkersReady, now, fail } = this.#parts;
    if (this.#readyByMs === undefined) return;
    if (areWorkersReady()) {
      this.#readyByMs = undefined;
      this.#takeOver().catch(fail);
    } else if (now() >= this.#readyByMs) {
      this.#readyByMs = undefined;
      const text = 'not all workers were ready within twice the time that one may take to boot';
      fail(new StartError(EXIT.BOOT_FAILED, text));
    }
  }

  /** The server takes no more connections. */
  leaving(): void {
    this.#readyByMs = undefined;
    if (this.#predecessor?.isThere !== true) return;
    // It answers for the server from now on.
    this.#parts.admin.yield();
    this.#predecessor.leaving();
  }

  /** The server cannot go on; who has started it wants to know why. */
  failing(reason: string): void {
    if (this.#predecessor !== undefined) void tellFailure(reason);
  }

  /** The server has stopped. */
  end(): void {
    this.#parts.admin.close();
    // Whoever follows renames its own over it: the file is never missing.
    if (this.upgrade.successorPid === undefined) this.#pidFile?.remove();
  }

  /** The master that is there when this one has left. */
  get otherPid(): number | undefined {
    const predecessor = this.#predecessor;
    return this.upgrade.successorPid ?? (predecessor?.isThere ? predecessor.pid : undefined);
  }

  /** What `/status` says of it. */
  get report(): unknown {
    const { phase, successorPid } = this.upgrade;
    const oldPid = this.#predecessor?.isThere ? this.#predecessor.pid : null;
    return { phase, newPid: successorPid ?? null, oldPid };
  }

  async #takeOver(): Promise<void> {
    const { main, admin } = this.#parts;
    const predecessor = this.#predecessor;
    if (predecessor === undefined) return;
    const places = [...main.places, ...admin.places];
    await predecessor.ready(({ setting, configured }) =>
      places.some((place) => place.setting === setting && place.configured === configured),
    );
    const shared = new SharedSockets(predecessor.sockets);
    main.areShared = admin.areShared = predecessor.isThere;
    await main.open(shared);
    await admin.open(shared);
    shared.closeRest();
    predecessor.serving();
  }

  #predecessorGone(): void {
    const { main, admin, log } = this.#parts;
    main.areShared = admin.areShared = false;
    this.#pidFile?.promote();
    log.info({ oldPid: this.#predecessor?.pid }, 'the master before this one is gone');
  }
}
