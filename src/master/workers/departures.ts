import type { Slot } from './slot.js';
import type { SupervisorPorts } from './supervisor-ports.js';
import type { WorkerHandle } from './worker-handle.js';

/** A worker that was told to leave and is still there after this is killed. */
const LEAVE_TIMEOUT_MS = 5000;

export type DeparturesParts = {
  gracefulTimeoutMs(): number;
  readonly ports: Pick<SupervisorPorts, 'workerDraining' | 'waitingRequests'>;
  now(): number;
};

/** How workers go while the server serves: they finish what they have, are told to leave, and are gone. */
export class Departures {
  readonly #parts: DeparturesParts;

  constructor(parts: DeparturesParts) {
    this.#parts = parts;
  }

  /** It gets nothing more. */
  drain(worker: WorkerHandle): void {
    const { gracefulTimeoutMs, ports, now } = this.#parts;
    worker.state = 'draining';
    worker.deadlineMs = now() + gracefulTimeoutMs();
    ports.workerDraining(worker);
    if (worker.inFlight === 0) this.leave(worker);
  }

  /** It must have nothing in flight. */
  leave(worker: WorkerHandle): void {
    worker.leave(this.#parts.now() + LEAVE_TIMEOUT_MS);
  }

  /**
   * To be called often. Requests have their own time limit; a stream may go on for ever, and is cut.
   * A run whose limit is off begins anew at another worker.
   */
  lookAfter(worker: WorkerHandle, nowMs: number): void {
    if (worker.state === 'draining') {
      if (worker.inFlight === 0) this.leave(worker);
      else if (nowMs >= worker.deadlineMs && worker.mayNeverEnd) {
        worker.kill('what it had did not end within the graceful timeout');
      }
    } else if (worker.state === 'leaving' && nowMs >= worker.deadlineMs) {
      worker.kill('did not leave when asked');
    }
  }

  /** A slot that goes. @param isLast no slot stays: then what waits is served first, if time allows */
  empty(slot: Slot, isLast: boolean, nowMs: number): void {
    const mayServe = isLast && nowMs < (slot.goesByMs ?? 0);
    const mustServe = mayServe && this.#parts.ports.waitingRequests() > 0;
    for (const worker of slot.workers) {
      const { state } = worker;
      if (state === 'booting') worker.dismiss();
      if (mustServe || (state !== 'ready' && state !== 'retiring')) continue;
      worker.spentBy ??= 'scaled_down';
      this.drain(worker);
    }
  }
}
