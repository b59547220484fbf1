import type { Death } from '../../queue/fate/quarantine.js';
import type { BootFailure } from './boot-failure.js';
import type { Holding } from './generation.js';
import type { WorkerHandle } from './worker-handle.js';

/**
 * A rollout's move of a slot to another holding.
 *
 * under way → arrived: a worker with it was ready. What becomes of it later is no concern of the rollout.
 * under way → failed: its first worker with it died before that, and nobody outside had killed it, or
 * somebody does so again and again. Nothing is forked until the rollout
 * says what is to be held instead.
 */
export type Move =
  | { readonly state: 'under way'; readonly kills: number }
  | { readonly state: 'arrived' }
  | { readonly state: 'failed'; readonly failure: BootFailure };

/** How many successors of one move somebody outside may kill: that says nothing against what they load. */
const FORGIVEN_KILLS = 3;

/** A numbered seat that outlives the worker in it. */
export class Slot {
  readonly number: number;
  /** One worker, or two while a successor boots; none while in backoff. */
  readonly workers: Set<WorkerHandle> = new Set();
  /** What its workers are to hold; one that holds something else is replaced. */
  holding: Holding;
  /** Set while a rollout moves it. */
  move: Move | undefined;
  /** Deaths in a row that count for backoff. */
  failures = 0;
  /** Clock time before which the slot is not filled. */
  nextTryMs = 0;
  /** Set once it is to go: who is in it drains, and nobody follows. It is the longest that they may serve others' waiting requests. */
  goesByMs: number | undefined;

  constructor(number: number, holding: Holding) {
    this.number = number;
    this.holding = holding;
  }

  get isGoing(): boolean {
    return this.goesByMs !== undefined;
  }

  /** Gives it something else to hold. Without backoff: what made it ill may be what is replaced. */
  moveTo(holding: Holding): void {
    this.holding = holding;
    this.move = { state: 'under way', kills: 0 };
    this.failures = 0;
    this.nextTryMs = 0;
  }

  /** Gives it something to hold as if it had always been so. */
  assign(holding: Holding): void {
    this.holding = holding;
    this.move = undefined;
  }

  vacate(goesByMs: number): void {
    this.goesByMs ??= goesByMs;
    this.move = undefined;
  }

  /** The worker that is to stay: booting or ready. */
  get keeper(): WorkerHandle | undefined {
    for (const worker of this.workers) {
      if (worker.state === 'booting' || worker.state === 'ready') return worker;
    }
    return undefined;
  }

  /** Whether this worker holds what it is to hold. */
  fits(worker: Pick<WorkerHandle, 'holding'>): boolean {
    return worker.holding.key === this.holding.key;
  }

  /** Nobody is left who holds something else. */
  get isPure(): boolean {
    for (const worker of this.workers) if (!this.fits(worker)) return false;
    return true;
  }

  /** The successor that its move stands and falls with has died before it was ready. */
  successorDied(death: Death, failure: BootFailure): void {
    const before = this.move?.state === 'under way' ? this.move.kills : 0;
    const kills = before + 1;
    const isForgiven = death === 'unexplained' && kills <= FORGIVEN_KILLS;
    this.move = isForgiven ? { state: 'under way', kills } : { state: 'failed', failure };
  }
}
