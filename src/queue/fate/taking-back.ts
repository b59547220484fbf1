import type { DispatcherPorts } from '../dispatcher-ports.js';
import type { Fleet } from '../fleet/fleet.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { WaitingRoom } from '../waiting/waiting-room.js';

/**
 * Takes back what has not begun at a worker whose run goes on for ten times as long as was expected,
 * where another worker could have it: it waits again, first in the order of rank, and the slow
 * worker is told to drop it. Should it run there all the same, its answer goes nowhere.
 *
 * Once for each request, and then it only goes to an empty worker: it may be what takes so long,
 * while the answers of those before it have not been written yet. So it costs one worker more,
 * and not one after another. Nothing is taken back that may not run twice.
 */
export class TakingBack<R extends Queued, W> {
  /** How many in all, without those that only stood by. */
  count = 0;
  readonly #ports: Pick<DispatcherPorts<R, W>, 'abort'>;
  readonly #waiting: WaitingRoom<R, W>;
  readonly #fleet: Fleet<R, W>;
  readonly #options: { readonly workAheadMs: number };

  constructor(
    ports: Pick<DispatcherPorts<R, W>, 'abort'>,
    waiting: WaitingRoom<R, W>,
    fleet: Fleet<R, W>,
    options: { readonly workAheadMs: number },
  ) {
    this.#ports = ports;
    this.#waiting = waiting;
    this.#fleet = fleet;
    this.#options = options;
  }

  look(load: WorkerLoad<R, W>, nowMs: number): void {
    const { running } = load;
    // What ends with its worker, or stops there, is seen to already.
    if (load.isDoomed || load.stopsByMs !== undefined) return;
    if (running === undefined || !load.isOvertime(nowMs, this.#options.workAheadMs)) return;
    for (const request of [...load.requests]) {
      if (!hasNotBegun(request, running) || !this.#isWelcome(request.key, load, nowMs)) continue;
      this.take(load, request, nowMs);
      this.count += 1;
    }
  }

  take(load: WorkerLoad<R, W>, request: R, nowMs: number): void {
    const stub = load.takeBack(request);
    request.wasTakenBack = true;
    request.isStandby = false;
    this.#waiting.comeBack(request, nowMs);
    this.#ports.abort(stub, load.worker);
  }

  #isWelcome(key: string, from: WorkerLoad<R, W>, nowMs: number): boolean {
    const { workAheadMs } = this.#options;
    return this.#fleet.loads.some(
      (load) =>
        load !== from && load.isOpen && load.holds(key) && !load.isOvertime(nowMs, workAheadMs),
    );
  }
}

/** As far as can be told: members of a batch have begun together. */
function hasNotBegun(request: Queued, running: Queued): boolean {
  if (request === running || request.state !== 'in flight' || request.wasTakenBack) return false;
  if (!request.isRetryable || request.hasBegun || request.isStopping) return false;
  return request.group !== running.group || running.estimate?.batch.mayBatch !== true;
}
