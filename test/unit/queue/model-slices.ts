import type { Dispatcher } from '../../../src/queue/dispatcher.js';
import { isSuspect } from '../../../src/queue/fate/quarantine.js';
import type { SlicePorts } from '../../../src/queue/slices/slice-desk.js';
import type { Chance } from './chance.js';
import type { FakeRequest } from './fake-request.js';
import { fail, type Seat } from './model-seat.js';

const BYTES = 8;

type ModelDispatcher = Dispatcher<FakeRequest, Seat>;

type Ticket = {
  readonly request: FakeRequest;
  readonly owner: Seat;
  /** As long as its request has it, that is where it was when this was granted. */
  readonly slicesDie: (() => void) | undefined;
  state: 'granted' | 'held' | 'running' | 'cancelled';
  helper: Seat | undefined;
};

/** A naive account of all slices: who asked for which, who has it, and whether anybody waits for it. */
export class ModelSlices {
  readonly ports: SlicePorts<FakeRequest, Seat>;
  ran = 0;
  readonly #tickets = new Map<number, Ticket>();
  readonly #offered = new Set<FakeRequest>();
  readonly #chance: Chance;
  #reserved = 0;

  constructor(chance: Chance, doesAnybodyWait: () => boolean) {
    this.#chance = chance;
    this.ports = {
      grant: (owner, request, ticket) => {
        if (doesAnybodyWait()) fail('granted while somebody waits');
        if (owner.has[0] !== request || !this.#offered.has(request)) fail('granted, not offered');
        const { slicesDie } = request;
        this.#tickets.set(ticket, {
          request,
          owner,
          slicesDie,
          state: 'granted',
          helper: undefined,
        });
      },
      run: (helper, ticket) => {
        if (doesAnybodyWait()) fail('helped while somebody waits');
        this.#run(helper, this.#find(ticket));
        helper.slice = ticket;
      },
      giveBack: (owner, ticket) => {
        if (this.#find(ticket).owner !== owner) fail('given back to somebody else');
        this.#tickets.delete(ticket);
      },
      cancel: (helper, ticket) => {
        const slice = this.#find(ticket);
        if (slice.helper !== helper || slice.state !== 'running') fail('cancelled, not running');
        slice.state = 'cancelled';
      },
      isAlike: () => true,
      reserve: (bytes) => {
        if (this.#chance.happens(0.1)) return false;
        this.#reserved += bytes;
        return true;
      },
      release: (bytes) => {
        this.#reserved -= bytes;
      },
    };
  }

  #find(ticket: number): Ticket {
    return this.#tickets.get(ticket) ?? fail(`nobody knows slice ${ticket}`);
  }

  #run(helper: Seat, slice: Ticket): void {
    const { request, owner, state } = slice;
    if (state !== 'held' || helper === owner) fail('ran what was not there');
    if (helper.slice !== undefined || helper.has.length > 0) fail(`${helper.name} is busy`);
    if (!helper.isFed || helper.isDoomed) fail(`${helper.name} may not help`);
    if (request.state !== 'in flight') fail(`nobody waits for ${request.arrival}`);
    if (isSuspect(request)) fail(`${request.arrival} is a suspect and must run alone`);
    slice.state = 'running';
    slice.helper = helper;
  }

  /** Of which requests slices run elsewhere, each as often: they count in limits. */
  get running(): readonly FakeRequest[] {
    return [...this.#tickets.values()].flatMap(({ request, helper }) =>
      helper === undefined ? [] : [request],
    );
  }

  /** What is running at a worker would have slices of it run by others. */
  offer(dispatcher: ModelDispatcher, owner: Seat | undefined, nowMs: number): void {
    const [request] = owner?.has ?? [];
    if (owner?.load === undefined || request === undefined || request.hasBegun) return;
    this.#offered.add(request);
    dispatcher.slices.offered(owner.load, request, '');
    dispatcher.dispatch(nowMs);
  }

  recall(dispatcher: ModelDispatcher, nowMs: number): void {
    const request = this.#chance.pick([...this.#offered]);
    if (request === undefined) return;
    dispatcher.slices.recalled(request);
    dispatcher.dispatch(nowMs);
  }

  /** An owner sends what was granted, or has nothing left. */
  send(dispatcher: ModelDispatcher, nowMs: number): void {
    const granted = [...this.#tickets].filter(([, { state }]) => state === 'granted');
    const [ticket, slice] = this.#chance.pick(granted) ?? [];
    if (ticket === undefined || slice?.owner.load === undefined) return;
    const isThere = this.#chance.happens(0.8);
    slice.state = 'held';
    dispatcher.slices.sent(slice.owner.load, ticket, isThere ? new Uint8Array(BYTES) : undefined);
    if (!isThere) this.#tickets.delete(ticket);
    dispatcher.dispatch(nowMs);
  }

  /** A helper is through: its owner hears of it, if somebody still waits. */
  finish(dispatcher: ModelDispatcher, helper: Seat | undefined, nowMs: number): void {
    const ticket = helper?.slice;
    if (helper?.load === undefined || ticket === undefined) return;
    const { state, owner } = this.#find(ticket);
    helper.slice = undefined;
    this.#tickets.delete(ticket);
    const told = dispatcher.slices.ran(helper.load, ticket, nowMs);
    if (told !== (state === 'running' ? owner : undefined)) fail('the wrong one hears of a slice');
    if (told !== undefined) this.ran += 1;
    dispatcher.dispatch(nowMs);
  }

  /** The dispatcher has heard that this worker is dead: what it ran is back at its owner, if anybody waits for it. */
  died(seat: Seat): void {
    for (const [ticket, { helper, request, state }] of this.#tickets) {
      if (helper !== seat) continue;
      if (state === 'running' && request.state === 'in flight') fail('a slice was lost');
      this.#tickets.delete(ticket);
    }
  }

  /** Forgets what went with its request, and looks whether anything is left that nobody has. */
  check(): void {
    let bytes = 0;
    for (const [ticket, { request, slicesDie, state, helper }] of this.#tickets) {
      const isLost = request.slicesDie !== slicesDie;
      if (isLost && helper === undefined) this.#tickets.delete(ticket);
      else if (isLost && state === 'running') fail(`slice ${ticket} runs for nobody`);
      else if (state !== 'granted') bytes += BYTES;
    }
    if (bytes !== this.#reserved) fail(`${this.#reserved} bytes are reserved for ${bytes}`);
  }

  get areGone(): boolean {
    return this.#tickets.size === 0;
  }
}
