import { ANY_WORKER, Queued } from '../../src/queue/request.js';

/** All of them are for one model. */
export const MODEL = 'model';
export const GROUP = 'model/1';

/** A request that knows how long it will keep its worker. */
export class SimulatedRequest extends Queued {
  readonly arrival: number;
  readonly key: string = ANY_WORKER;
  readonly group: string = GROUP;
  readonly model: string = MODEL;
  readonly bytes: number = 100;
  readonly isRetryable: boolean = true;
  readonly timeoutMs: number = Number.POSITIVE_INFINITY;
  queueDeadlineMs: number = Number.POSITIVE_INFINITY;
  readonly clientTimeoutMs: undefined = undefined;
  readonly streamTimeoutMs: undefined = undefined;
  /** Its frame said that it is to stand by. */
  stoodBy = false;
  readonly arrivedMs: number;
  readonly serviceMs: number;

  constructor(arrival: number, arrivedMs: number, serviceMs: number) {
    super();
    this.arrival = arrival;
    this.arrivedMs = arrivedMs;
    this.serviceMs = serviceMs;
  }
}
