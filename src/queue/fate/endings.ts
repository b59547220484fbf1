import type { ErrorCode, RequestError } from '../../errors.js';
import type { Casualties, DispatcherPorts } from '../dispatcher-ports.js';
import type { Fleet } from '../fleet/fleet.js';
import type { Queued } from '../request.js';
import type { WaitingRoom } from '../waiting/waiting-room.js';
import { fateOf } from './quarantine.js';
import { workerCrashed } from './refusal.js';

/** How requests end: each of them once, wherever it is then. */
export class Endings<R extends Queued, W> {
  /** Submitted and not ended. */
  unanswered = 0;
  readonly #ports: Pick<DispatcherPorts<R, W>, 'refuse' | 'cutOff'>;
  readonly #waiting: WaitingRoom<R, W>;
  readonly #fleet: Fleet<R, W>;

  constructor(
    ports: Pick<DispatcherPorts<R, W>, 'refuse' | 'cutOff'>,
    waiting: WaitingRoom<R, W>,
    fleet: Fleet<R, W>,
  ) {
    this.#ports = ports;
    this.#waiting = waiting;
    this.#fleet = fleet;
  }

  /** Its client waits no longer: answered, or gone. A worker that has it carries it on. */
  settle(request: R): void {
    request.state = 'done';
    this.unanswered -= 1;
    this.#waiting.giveUp(request, this.#fleet.loads);
  }

  /** Does nothing for who waits no longer: a port may have withdrawn it a moment ago. */
  refuse(request: R, error: RequestError): void {
    if (request.state === 'done') return;
    if (request.hasBegun) {
      this.#cutOff(request, error.code);
      return;
    }
    this.settle(request);
    this.#ports.refuse(request, error);
  }

  /** Its worker has died and it is not run again. */
  died(request: R, casualties: Casualties): void {
    const fate = fateOf(request);
    if (fate === 'drop') {
      casualties.dropped += 1;
    } else if (fate === 'cut off') {
      casualties.cutOff += 1;
      this.#cutOff(request, 'WORKER_CRASHED');
    } else {
      casualties.refused += 1;
      this.refuse(request, workerCrashed(request));
    }
  }

  #cutOff(request: R, code: ErrorCode): void {
    this.settle(request);
    this.#ports.cutOff(request, code);
  }
}
