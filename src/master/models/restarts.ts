import { RequestError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import type { Slot } from '../workers/slot.js';
import type { Supervisor } from '../workers/supervisor.js';

export type RestartsParts = {
  readonly log: Pick<Logger, 'info' | 'error'>;
  supervisor(): Pick<Supervisor, 'slots' | 'move' | 'assign' | 'tick'>;
  /** One change of the workers at a time. */
  inTurn(key: string, act: () => Promise<void>): Promise<void>;
};

type Restart = { readonly slot: Slot; readonly end: (error?: RequestError) => void };

/** Puts another worker of the same kind into a slot, because somebody asks for it. */
export class Restarts {
  readonly #parts: RestartsParts;
  #current: Restart | undefined;

  constructor(parts: RestartsParts) {
    this.#parts = parts;
  }

  /**
   * Resolves when a new worker is ready in the slot and the old one is gone.
   *
   * @throws RequestError SLOT_NOT_FOUND, or BOOT_FAILED when no new one could boot: the old one serves on
   */
  run(number: number): Promise<void> {
    return this.#parts.inTurn(`restart ${number}`, () => this.#begin(number));
  }

  /** To be called after each pass of the supervisor. */
  step(): void {
    const { slot } = this.#current ?? {};
    if (slot === undefined) return;
    const { move } = slot;
    if (move?.state === 'failed') this.#failed(slot, move.failure.reason);
    else if (move === undefined) this.#failed(slot, 'something else is to be held');
    else if (move.state === 'arrived' && !isLeftBehind(slot)) {
      slot.move = undefined;
      this.#parts.log.info({ slot: slot.number, workerPid: slot.keeper?.pid }, 'worker restarted');
      this.#end();
    }
  }

  /** The server stops. */
  abandon(error: RequestError): void {
    this.#end(error);
  }

  #begin(number: number): Promise<void> {
    const supervisor = this.#parts.supervisor();
    const slot = supervisor.slots.find((one) => one.number === number);
    if (slot === undefined) throw noSlot(number, supervisor.slots);
    return new Promise((resolve, reject) => {
      this.#current = { slot, end: (error) => (error === undefined ? resolve() : reject(error)) };
      for (const worker of slot.workers) {
        if (worker.state !== 'ready') continue;
        worker.spentBy = 'restarted';
        worker.state = 'retiring';
      }
      supervisor.move(slot, slot.holding);
      supervisor.tick();
    });
  }

  #failed(slot: Slot, reason: string): void {
    for (const worker of slot.workers) {
      if (worker.spentBy === 'restarted') worker.spentBy = undefined;
    }
    this.#parts.supervisor().assign(slot, slot.holding);
    this.#parts.log.error({ slot: slot.number, reason }, 'restart failed');
    const text = `slot ${slot.number} is not restarted, its worker serves on: ${reason}`;
    this.#end(new RequestError('BOOT_FAILED', text));
  }

  #end(error?: RequestError): void {
    const ended = this.#current;
    this.#current = undefined;
    ended?.end(error);
  }
}

function isLeftBehind({ workers }: Slot): boolean {
  for (const { spentBy } of workers) if (spentBy !== undefined) return true;
  return false;
}

function noSlot(number: number, slots: readonly Slot[]): RequestError {
  const known = slots.map((slot) => slot.number).join(', ');
  const expected = known === '' ? 'there are none' : `expected one of: ${known}`;
  return new RequestError('SLOT_NOT_FOUND', `there is no slot ${number}; ${expected}`);
}
