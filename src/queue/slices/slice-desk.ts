import type { DispatcherPorts } from '../dispatcher-ports.js';
import type { Endings } from '../fate/endings.js';
import { charge, type Death, fateOf, isSuspect } from '../fate/quarantine.js';
import { workerCrashed } from '../fate/refusal.js';
import type { Fleet } from '../fleet/fleet.js';
import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';
import { chooseHelper, countHelpers, type HelperRule } from './helper-choice.js';
import type { HelpKey, Offer, Slice } from './slice.js';

/** What the desk asks of the world. None may call back. */
export type SlicePorts<R, W> = {
  /** Ask the owner for a slice. */
  grant(owner: W, request: R, ticket: number): void;
  /** Have the helper run it. */
  run(helper: W, ticket: number, body: Uint8Array): void;
  /** Tell the owner that nobody runs it. */
  giveBack(owner: W, ticket: number): void;
  /** Tell the helper that nobody waits for it. */
  cancel(helper: W, ticket: number): void;
  isAlike(one: W, other: W, key: HelpKey): boolean;
  /** Bytes are held from now on until they are released. False: so many more may not be. */
  reserve(bytes: number): boolean;
  release(bytes: number): void;
};

/**
 * Idle workers help with large requests.
 *
 *     offered ─▶ granted ─▶ held ─▶ running ─▶ (its owner gets the result)
 *                   │         └────────┴─────▶ given back (its owner runs it)
 *                   └─▶ declined
 *
 * The owner works on its request by itself, from the first slice to the last, and never waits for
 * anybody to take one. A worker without work gets one slice at a time, and only while nobody waits in the
 * queue; the next one is fetched while it runs, so that it need not idle for the way there and back. A
 * slice that nobody runs goes back as soon as its owner has nothing else left. What a helper runs when
 * its request is over runs to its end, for nobody.
 */
export class SliceDesk<R extends Queued, W> {
  /** Slices that helpers have run to the end, ever. */
  ranByHelpers = 0;
  readonly #ports: DispatcherPorts<R, W>;
  readonly #fleet: Fleet<R, W>;
  readonly #endings: Endings<R, W>;
  readonly #rule: HelperRule<W>;
  readonly #offers: Offer<R, W>[] = [];
  #slices: Slice<R, W>[] = [];
  #tickets = 0;

  constructor(ports: DispatcherPorts<R, W>, fleet: Fleet<R, W>, endings: Endings<R, W>) {
    this.#ports = ports;
    this.#fleet = fleet;
    this.#endings = endings;
    this.#rule = {
      isBackedUp: (worker) => ports.isBackedUp?.(worker) === true,
      isAlike: (one, other, key) => ports.slices?.isAlike(one, other, key) === true,
    };
  }

  /** There is something to decide. */
  get isActive(): boolean {
    return this.#offers.length > 0;
  }

  /** The owner would let others run slices of this request. A suspect runs alone. */
  offered(owner: WorkerLoad<R, W>, request: R, key: HelpKey): void {
    if (request.state !== 'in flight' || isSuspect(request) || request.isSliced) return;
    request.slicesDie = () => this.#parentLeft(request);
    this.#offers.push({ request, owner, key, isOpen: true });
  }

  /** The owner gives no more, and wants back what nobody runs. */
  recalled(request: R): void {
    const offer = this.#offerOf(request);
    if (offer === undefined) return;
    offer.isOpen = false;
    for (const slice of [...this.#slices]) {
      if (slice.offer === offer && slice.state === 'held') this.#giveBack(slice);
    }
  }

  /** What was granted is here; without a body, it was declined. */
  sent(owner: WorkerLoad<R, W>, ticket: number, body: Uint8Array | undefined): void {
    const slice = this.#find(ticket);
    if (slice?.state !== 'granted' || slice.offer.owner !== owner) return;
    slice.state = 'held';
    if (body === undefined) this.#forget(slice);
    else if (!slice.offer.isOpen) this.#giveBack(slice);
    else if (this.#ports.slices?.reserve(body.length) === true) {
      slice.body = body;
      slice.bytes = body.length;
    } else {
      // What the clients' own bodies need is not taken for haste, and no slice is asked for in vain twice.
      slice.offer.isOpen = false;
      this.#giveBack(slice);
    }
  }

  /** A helper is through with a slice: its owner, where somebody still waits for it. */
  ran(helper: WorkerLoad<R, W>, ticket: number, nowMs: number): W | undefined {
    const slice = this.#find(ticket);
    if (slice === undefined || slice.helper !== helper) return undefined;
    const isWanted = slice.state === 'running';
    this.#leaveHelper(slice);
    helper.idleSinceMs = nowMs;
    helper.hearing.heard(nowMs);
    if (!isWanted) return undefined;
    this.ranByHelpers += 1;
    slice.offer.request.helpedSlices += 1;
    return slice.offer.owner.worker;
  }

  /**
   * The helper has died. That counts against the request whose slice it had, if somebody still waits
   * for it: the slice goes back to its owner, which runs it and all that is left by itself where the
   * request is suspect now.
   */
  helperGone(helper: WorkerLoad<R, W>, death: Death): void {
    const slice = this.#slices.find((one) => one.helper === helper);
    if (slice === undefined) return;
    const isWanted = slice.state === 'running';
    this.#leaveHelper(slice);
    const { request, owner } = slice.offer;
    if (!isWanted || request.state !== 'in flight') return;
    charge(request, death);
    if (fateOf(request) === 'refuse') {
      this.#endings.refuse(request, workerCrashed(request));
      this.#ports.abort(request, owner.worker);
      return;
    }
    this.#ports.slices?.giveBack(owner.worker, slice.ticket);
    if (!isSuspect(request)) return;
    owner.reservedFor ??= request;
    this.recalled(request);
  }

  /** Its request is out of time: nobody begins another slice of it, and who still runs one has until then to end. */
  expire(request: R, byMs: number): void {
    this.recalled(request);
    for (const slice of this.#slices) {
      if (slice.offer.request !== request || slice.state !== 'running') continue;
      slice.deadlineMs = Math.min(slice.deadlineMs, byMs);
      this.#abandon(slice);
    }
  }

  /** Who runs slices of this request. */
  helpersOf(request: R): readonly WorkerLoad<R, W>[] {
    return this.#slices.flatMap(({ offer, state, helper }) =>
      offer.request === request && state === 'running' && helper !== undefined ? [helper] : [],
    );
  }

  /** To be called only while nobody waits: gives out what is held, and asks for as many slices as helpers can do with. */
  step(nowMs: number): void {
    if (this.#ports.mayDispatch?.() === false) return;
    for (const slice of [...this.#slices]) if (slice.state === 'held') this.#start(slice, nowMs);
    for (const offer of this.#offers) this.#grant(offer);
  }

  /** The request has left its owner, whatever became of it: its slices die with it. */
  #parentLeft(request: R): void {
    const index = this.#offers.findIndex((offer) => offer.request === request);
    if (index < 0) return;
    const [offer] = this.#offers.splice(index, 1);
    request.slicesDie = undefined;
    for (const slice of [...this.#slices]) {
      if (slice.offer !== offer) continue;
      if (slice.state === 'running') this.#abandon(slice);
      else if (slice.state !== 'over') this.#forget(slice);
    }
  }

  #start(slice: Slice<R, W>, nowMs: number): void {
    const { offer, ticket, body } = slice;
    const { request } = offer;
    if (body === undefined || request.state !== 'in flight') return;
    if (request.limit?.isReached === true) return;
    const helper = chooseHelper(this.#fleet.loads, offer, this.#rule, nowMs);
    if (helper === undefined) return;
    slice.state = 'running';
    slice.body = undefined;
    slice.helper = helper;
    slice.deadlineMs = nowMs + request.timeoutMs;
    helper.slice = slice;
    request.limit?.count(1);
    this.#ports.slices?.run(helper.worker, ticket, body);
  }

  #grant(offer: Offer<R, W>): void {
    const { request, owner } = offer;
    if (!offer.isOpen || request.state !== 'in flight' || request.limit?.isReached === true) return;
    let waiting = this.#slices.filter(
      ({ state }) => state === 'granted' || state === 'held',
    ).length;
    const helpers = countHelpers(this.#fleet.loads, offer, this.#rule);
    for (; waiting < helpers; waiting += 1) {
      this.#tickets += 1;
      const ticket = this.#tickets;
      const rest = {
        bytes: 0,
        body: undefined,
        helper: undefined,
        deadlineMs: Number.POSITIVE_INFINITY,
      };
      this.#slices.push({ ticket, offer, state: 'granted', ...rest });
      this.#ports.slices?.grant(owner.worker, request, ticket);
    }
  }

  #giveBack(slice: Slice<R, W>): void {
    this.#forget(slice);
    this.#ports.slices?.giveBack(slice.offer.owner.worker, slice.ticket);
  }

  #abandon(slice: Slice<R, W>): void {
    slice.state = 'over';
    if (slice.helper !== undefined) this.#ports.slices?.cancel(slice.helper.worker, slice.ticket);
  }

  #leaveHelper(slice: Slice<R, W>): void {
    if (slice.helper !== undefined) slice.helper.slice = undefined;
    slice.offer.request.limit?.count(-1);
    this.#forget(slice);
  }

  #forget(slice: Slice<R, W>): void {
    if (slice.bytes > 0) this.#ports.slices?.release(slice.bytes);
    slice.bytes = 0;
    this.#slices = this.#slices.filter((one) => one !== slice);
  }

  #find(ticket: number): Slice<R, W> | undefined {
    return this.#slices.find((slice) => slice.ticket === ticket);
  }

  #offerOf(request: R): Offer<R, W> | undefined {
    return this.#offers.find((offer) => offer.request === request);
  }
}
