import type { BootFailure } from '../workers/boot-failure.js';
import { type Generation, type Holding, holdingOf } from '../workers/generation.js';
import type { Slot } from '../workers/slot.js';

/**
 * moving → done
 * moving → rolling back → failed
 * moving, rolling back → abandoned
 *
 * moving: slot after slot is given what it is to hold. rolling back: a successor did not become
 * ready, so the slots that were moved go back the same way. abandoned: the server stops; slots stay
 * as they are.
 */
export type RolloutState = 'moving' | 'rolling back' | 'done' | 'failed' | 'abandoned';

export type RolloutPorts = {
  /** As `Supervisor` has them. */
  move(slot: Slot, holding: Holding): void;
  assign(slot: Slot, holding: Holding): void;
  dropMisfits(slot: Slot): void;
  /** A slot holds what it is to hold, and nobody else is left in it. */
  replaced(slot: Slot): void;
  /** A slot that was to go back could not: it has nobody until the generation of before boots there again. */
  notBack(slot: Slot, failure: BootFailure): void;
};

/**
 * Moves all slots from one generation to another, one at a time. Decides only: each `step` looks at
 * the slot under way and says what comes next, and nothing here waits or knows a process.
 */
export class Rollout {
  readonly from: Generation;
  readonly to: Generation;
  state: RolloutState = 'moving';
  /** Why it failed. */
  failure: BootFailure | undefined;
  readonly #names: ReadonlySet<string>;
  readonly #ports: RolloutPorts;
  #waiting: Slot[];
  #current: Slot | undefined;
  /** Slots that are where they are to be, in the order in which they came there. */
  #settled: Slot[] = [];
  #replaced = 0;

  /** @param names models whose slots are to be ready at the end, changed or not */
  constructor(
    slots: readonly Slot[],
    from: Generation,
    to: Generation,
    names: ReadonlySet<string>,
    ports: RolloutPorts,
  ) {
    this.from = from;
    this.to = to;
    this.#names = names;
    this.#ports = ports;
    this.#waiting = [...slots];
  }

  get isOver(): boolean {
    return this.state !== 'moving' && this.state !== 'rolling back';
  }

  /** Workers that were replaced so far. */
  get replaced(): number {
    return this.#replaced;
  }

  /** To be called whenever a slot may have come further. */
  step(): void {
    while (!this.isOver) {
      if (this.#current === undefined) this.#next();
      else if (!this.#lookAt(this.#current)) return;
    }
  }

  /** The server stops: what boots is given up, what serves stays. */
  abandon(): void {
    if (this.isOver) return;
    const slot = this.#current;
    if (slot !== undefined) {
      const hasArrived = slot.move?.state === 'arrived';
      this.#ports.assign(slot, holdingOf(hasArrived ? this.#target : this.#leaving, slot.number));
    }
    this.state = 'abandoned';
  }

  get #target(): Generation {
    return this.state === 'moving' ? this.to : this.from;
  }

  get #leaving(): Generation {
    return this.state === 'moving' ? this.from : this.to;
  }

  #next(): void {
    const slot = nextToMove(this.#waiting, this.#leaving, this.#target);
    if (slot === undefined) {
      this.state = this.state === 'moving' ? 'done' : 'failed';
      return;
    }
    this.#waiting = this.#waiting.filter((other) => other !== slot);
    const holding = holdingOf(this.#target, slot.number);
    if (holding.key === slot.holding.key && !this.#mustWake(slot, holding)) {
      this.#ports.assign(slot, holding);
      this.#settled.push(slot);
      return;
    }
    this.#current = slot;
    this.#ports.move(slot, holding);
  }

  #mustWake(slot: Slot, { plans }: Holding): boolean {
    if (this.state !== 'moving' || slot.keeper?.state === 'ready') return false;
    return plans.some(({ name }) => this.#names.has(name));
  }

  /** @returns whether the slot is through with its move, one way or the other */
  #lookAt(slot: Slot): boolean {
    const { move } = slot;
    if (move?.state === 'failed') {
      this.#current = undefined;
      if (this.state === 'moving') this.#rollBack(slot, move.failure);
      else this.#giveUpGoingBack(slot, move.failure);
      return true;
    }
    if (move?.state !== 'arrived' || !slot.isPure) return false;
    this.#current = undefined;
    slot.move = undefined;
    this.#settled.push(slot);
    this.#replaced += 1;
    this.#ports.replaced(slot);
    return true;
  }

  #rollBack(slot: Slot, failure: BootFailure): void {
    this.failure = failure;
    this.state = 'rolling back';
    this.#ports.assign(slot, holdingOf(this.from, slot.number));
    this.#waiting = this.#settled;
    this.#settled = [];
  }

  #giveUpGoingBack(slot: Slot, failure: BootFailure): void {
    this.#ports.assign(slot, slot.holding);
    this.#ports.dropMisfits(slot);
    this.#ports.notBack(slot, failure);
  }
}

/**
 * The slot to move next: one whose models are held elsewhere, or by what it gets. A model that goes
 * from one slot to another would have nobody for a while if its old slot went first.
 */
export function nextToMove(
  waiting: readonly Slot[],
  from: Generation,
  to: Generation,
): Slot | undefined {
  const left = new Set(waiting.map(({ number }) => number));
  const isSafe = ({ number }: Slot): boolean => {
    for (const [name, holders] of from.placement) {
      const next = to.placement.get(name);
      if (next === undefined || next.includes(number) || !holders.includes(number)) continue;
      const hasOther =
        holders.some((slot) => slot !== number && left.has(slot)) ||
        next.some((slot) => !left.has(slot));
      if (!hasOther) return false;
    }
    return true;
  };
  return waiting.find(isSafe) ?? waiting[0];
}
