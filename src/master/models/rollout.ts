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
  open(number: number, holding: Holding): Slot;
  move(slot: Slot, holding: Holding): void;
  assign(slot: Slot, holding: Holding): void;
  vacate(slot: Slot): void;
  dropMisfits(slot: Slot): void;
  /** A slot holds what it is to hold, and nobody else is left in it. */
  replaced(slot: Slot): void;
  /** A slot that was to go back could not: it has nobody until the generation of before boots there again. */
  notBack(slot: Slot, failure: BootFailure): void;
};

/**
 * Moves all slots from one generation to another: first those that are new, all at once; then those
 * that stay, one at a time; at last those that are too many, all at once. So whoever goes has others
 * in his place. Decides only: each `step` looks at the slots under way and says what comes next, and
 * nothing here waits or knows a process.
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
  readonly #underWay = new Set<Slot>();
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

  /** What all slots are to be at when it is over, as far as can be said now. */
  get target(): Generation {
    return this.state === 'moving' || this.state === 'done' ? this.to : this.from;
  }

  /** Workers that were replaced so far. */
  get replaced(): number {
    return this.#replaced;
  }

  /** To be called whenever a slot may have come further. */
  step(): void {
    while (!this.isOver) {
      for (const slot of [...this.#underWay]) {
        // A failure ends what is under way, and something else begins.
        if (this.#underWay.has(slot)) this.#lookAt(slot);
      }
      if (this.#underWay.size > 0) return;
      this.#next();
    }
  }

  /** The server stops: what boots is given up, what serves stays. */
  abandon(): void {
    if (this.isOver) return;
    for (const slot of [...this.#underWay, ...this.#settled]) {
      if (!isOneOf(this.from, slot)) this.#ports.vacate(slot);
      else if (!slot.isGoing) this.#leave(slot);
    }
    this.state = 'abandoned';
  }

  #leave(slot: Slot): void {
    if (!this.#underWay.has(slot)) return;
    const hasArrived = slot.move?.state === 'arrived';
    this.#ports.assign(slot, holdingOf(hasArrived ? this.target : this.#leaving, slot.number));
  }

  get #leaving(): Generation {
    return this.state === 'moving' ? this.from : this.to;
  }

  #next(): void {
    if (this.#openMissing()) return;
    const slot = nextToMove(this.#waiting, this.#leaving, this.target);
    if (slot !== undefined) this.#begin(slot);
    else if (this.#waiting.length > 0) this.#vacateRest();
    else this.state = this.state === 'moving' ? 'done' : 'failed';
  }

  /** @returns whether there were any */
  #openMissing(): boolean {
    if (this.state !== 'moving') return false;
    const { target } = this;
    for (let number = this.from.slots; number < target.slots; number += 1) {
      if (this.#settled.some((slot) => slot.number === number)) continue;
      const holding = holdingOf(target, number);
      const slot = this.#ports.open(number, holding);
      this.#underWay.add(slot);
      this.#ports.move(slot, holding);
    }
    return this.#underWay.size > 0;
  }

  #begin(slot: Slot): void {
    this.#waiting = this.#waiting.filter((other) => other !== slot);
    const holding = holdingOf(this.target, slot.number);
    if (holding.key === slot.holding.key && !this.#mustWake(slot, holding)) {
      this.#ports.assign(slot, holding);
      this.#settled.push(slot);
      return;
    }
    this.#underWay.add(slot);
    this.#ports.move(slot, holding);
  }

  #vacateRest(): void {
    for (const slot of this.#waiting) {
      this.#underWay.add(slot);
      this.#ports.vacate(slot);
    }
    this.#waiting = [];
  }

  #mustWake(slot: Slot, { plans }: Holding): boolean {
    if (this.state !== 'moving' || slot.keeper?.state === 'ready') return false;
    return plans.some(({ name }) => this.#names.has(name));
  }

  #lookAt(slot: Slot): void {
    const { move } = slot;
    if (slot.isGoing) {
      if (slot.workers.size === 0) this.#underWay.delete(slot);
    } else if (move?.state === 'failed') {
      if (this.state === 'moving') this.#rollBack(slot, move.failure);
      else this.#giveUpGoingBack(slot, move.failure);
    } else if (move?.state === 'arrived' && slot.isPure) this.#arrived(slot);
  }

  #arrived(slot: Slot): void {
    this.#underWay.delete(slot);
    slot.move = undefined;
    this.#settled.push(slot);
    if (!isOneOf(this.#leaving, slot)) return;
    this.#replaced += 1;
    this.#ports.replaced(slot);
  }

  #rollBack(slot: Slot, failure: BootFailure): void {
    this.failure = failure;
    this.state = 'rolling back';
    const isNew = !isOneOf(this.from, slot);
    if (!isNew) this.#ports.assign(slot, holdingOf(this.from, slot.number));
    const others = [...this.#underWay].filter((other) => other !== slot);
    this.#waiting = [...this.#settled, ...others, ...(isNew ? [slot] : [])];
    this.#underWay.clear();
    this.#settled = [];
  }

  #giveUpGoingBack(slot: Slot, failure: BootFailure): void {
    this.#underWay.delete(slot);
    this.#ports.assign(slot, slot.holding);
    this.#ports.dropMisfits(slot);
    this.#ports.notBack(slot, failure);
  }
}

function isOneOf({ slots }: Generation, { number }: Pick<Slot, 'number'>): boolean {
  return number < slots;
}

/**
 * The slot to move next, of those that stay: one whose models are held elsewhere, or by what it
 * gets. A model that goes from one slot to another would have nobody for a while if its old slot
 * went first.
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
  const staying = waiting.filter((slot) => isOneOf(to, slot));
  return staying.find(isSafe) ?? staying[0];
}
