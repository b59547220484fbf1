import type { ErrorCode, RequestError } from '../../errors.js';
import type { Casualties, DispatcherPorts } from '../dispatcher-ports.js';
import type { Fleet } from '../fleet/fleet.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import type { Lane } from '../waiting/lane.js';
import type { WaitingRoom } from '../waiting/waiting-room.js';
import { charge, type Death, fateOf } from './quarantine.js';
import { workerCrashed } from './refusal.js';

type Ports<R, W> = Pick<DispatcherPorts<R, W>, 'refuse' | 'cutOff' | 'whyHopeless'>;

/** How requests end: each of them once, wherever it is then. */
export class Endings<R extends Queued, W> {
  /** Submitted and not ended. */
  unanswered = 0;
  readonly #ports: Ports<R, W>;
  readonly #waiting: WaitingRoom<R, W>;
  readonly #fleet: Fleet<R, W>;

  constructor(ports: Ports<R, W>, waiting: WaitingRoom<R, W>, fleet: Fleet<R, W>) {
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

  /**
   * Who waits for what nobody will hold. Asked only while no fed worker holds it, so that a request
   * costs no question.
   */
  refuseHopeless(lane: Lane<R, W>): void {
    const error = this.#ports.whyHopeless?.(lane.key);
    if (error === undefined) return;
    for (const request of [...lane]) this.refuse(request, error);
  }

  /** The same in all lanes. */
  refuseAllHopeless(): void {
    for (const lane of this.#waiting.lanes.unheld()) this.refuseHopeless(lane);
  }

  /** What a dead worker had runs again, or has ended. */
  workerDied(load: WorkerLoad<R, W>, death: Death, nowMs: number): Casualties {
    const { standby, requests } = load;
    const count = requests.depth;
    const ended: R[] = [];
    for (let request = load.running; request !== undefined; request = load.running) {
      load.leave(request, nowMs);
      if (request !== standby) charge(request, death);
      if (fateOf(request) !== 'run again') ended.push(request);
      else this.#waiting.comeBack(request, nowMs);
    }
    const runAgain = count - ended.length;
    const casualties: Casualties = { runAgain, refused: 0, cutOff: 0, dropped: 0 };
    // Only when all others are back: a port may submit a later request.
    for (const request of ended) this.#died(request, casualties);
    return casualties;
  }

  /** Its worker has died and it is not run again. */
  #died(request: R, casualties: Casualties): void {
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
