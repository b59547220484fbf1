import type { Holding } from './generation.js';
import { Slot } from './slot.js';
import type { WorkerHandle } from './worker-handle.js';

/** All slots, in the order of their numbers. Those with the highest numbers come last and go first. */
export class Slots {
  #list: readonly Slot[] = [];

  get list(): readonly Slot[] {
    return this.#list;
  }

  get workers(): WorkerHandle[] {
    return this.#list.flatMap((slot) => [...slot.workers]);
  }

  get readyWorkers(): WorkerHandle[] {
    return this.workers.filter(({ state }) => state === 'ready' || state === 'retiring');
  }

  /** Each slot has its worker, which is ready, and nobody else. */
  get areSettled(): boolean {
    const { workers, readyWorkers, list } = this;
    return workers.length === list.length && readyWorkers.length === list.length;
  }

  /** Some slot stays. Asked for each request, so it is no search: where any stays, the first does. */
  get doesAnyStay(): boolean {
    const first = this.#list[0];
    return first !== undefined && !first.isGoing;
  }

  /** One that is going stays after all. */
  open(number: number, holding: Holding): Slot {
    const known = this.#list.find((slot) => slot.number === number);
    const slot = known ?? new Slot(number, holding);
    slot.holding = holding;
    slot.goesByMs = undefined;
    if (known === undefined) {
      this.#list = [...this.#list, slot].sort((one, other) => one.number - other.number);
    }
    return slot;
  }

  /** Those that were to go and have nobody left. */
  removeGone(): void {
    const isGone = ({ isGoing, workers }: Slot): boolean => isGoing && workers.size === 0;
    if (this.#list.some(isGone)) this.#list = this.#list.filter((slot) => !isGone(slot));
  }
}
