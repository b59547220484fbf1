import { RequestError } from '../../errors.js';
import type { FrameFigures } from '../../link/frames/frame.js';
import type { ReplyLines } from '../../link/frames/reply-lines.js';
import type { ReplyHandlers } from '../../link/master-end.js';
import type { ServedModel } from '../../model/description.js';
import type { RestartReason } from '../../observe/metric-table.js';
import type { Admission } from '../../queue/admission/admission.js';
import type { ByteBudget } from '../../queue/admission/byte-budget.js';
import { Dispatcher, type DispatcherPorts } from '../../queue/dispatcher.js';
import type { KillCause } from '../../queue/dispatcher-ports.js';
import type { Death } from '../../queue/fate/quarantine.js';
import type { BatchRule } from '../../queue/fleet/batch-cost.js';
import { ANY_WORKER } from '../../queue/request.js';
import { type ClientRequest, OTHER } from '../client-request.js';
import type { Answers } from '../front/answers.js';
import { keyOf, keysOf } from '../model-key.js';
import { noWorkers, type Prospects, whyHopeless, whyNobodys } from '../models/prospects.js';
import type { ServingWorker } from '../serving-worker.js';
import { Alarm } from './alarm.js';
import type { ModelTargets } from './model-target.js';
import { type Priorities, readPriority } from './priority-header.js';
import { slicePorts, slicesOf } from './slice-traffic.js';

export type TrafficOptions = {
  readonly workAheadMs: number;
  /** How long a worker without work may leave a ping unanswered; without it none is asked. */
  readonly deafAfterMs?: number;
  readonly targets: ModelTargets;
  readonly prospects: Prospects;
  /** Undefined: there is one class, and no header is looked at. */
  readonly priorities: Priorities | undefined;
  readonly admission: () => Pick<Admission, 'expect'>;
  readonly budget: Pick<ByteBudget, 'isExceeded' | 'reserve' | 'release'>;
  readonly now: () => number;
};

/** What the log says of a worker that was killed, and what its end is counted as. */
const KILLS: Readonly<Record<KillCause, readonly [reason: string, as: RestartReason]>> = {
  overran: ['its request passed the execution timeout', 'execution_timeout'],
  'ran on': ['its request was out of time and did not stop when told to', 'execution_timeout'],
  stopped: ['its process was stopped (SIGSTOP or a debugger)', 'stopped'],
  deaf: ['it was deaf: it did not answer while it had no work', 'deaf'],
};

/** What is read anew each time, since it may change. */
export const TRAFFIC_SETTINGS = { workAheadMs: 'workAhead', deafAfterMs: 'deafAfter' } as const;

type Dispatch = Dispatcher<ClientRequest, ServingWorker>;

/**
 * Joins the three parties of a request's way: the queue decides, the links
 * carry, the answers go to the clients. No decision is made here.
 */
export class Traffic {
  readonly dispatcher: Dispatch;
  readonly #options: TrafficOptions;
  readonly #answers: Answers;
  #priorities: Priorities | undefined;
  readonly #alarm: Alarm;
  /** Of the targets, when the dispatcher last forgot those that are gone. */
  #generation = 0;

  constructor(options: TrafficOptions, answers: Answers) {
    this.#options = options;
    this.#answers = answers;
    const { priorities } = options;
    this.#priorities = priorities;
    const share = priorities && { lowPriorityShare: priorities.lowShare };
    const rules = {
      get workAheadMs() {
        return options.workAheadMs;
      },
      get deafAfterMs() {
        return options.deafAfterMs;
      },
      ...share,
      mayStandBy: true,
    };
    this.dispatcher = new Dispatcher(rules, this.#ports());
    this.#alarm = new Alarm(options.now, (nowMs) => this.dispatcher.dispatch(nowMs));
  }

  /** Why its body need not be read: what its head says is wrong, or it would wait too long. */
  refusalOf(request: ClientRequest): RequestError | undefined {
    const { admission, now } = this.#options;
    const priorities = this.#priorities;
    const fault = priorities && readPriority(request, priorities.header);
    if (fault !== undefined || this.dispatcher.depth === 0) return fault;
    const nowMs = now();
    this.#aim(request, nowMs);
    return admission().expect(request, nowMs);
  }

  /** From now on; who waits keeps its place. */
  prioritiesAre(priorities: Priorities | undefined): void {
    this.#priorities = priorities;
    this.dispatcher.prioritiesAre(priorities?.lowShare);
  }

  submit(request: ClientRequest): void {
    const { admission, prospects, now } = this.#options;
    const nowMs = now();
    this.#aim(request, nowMs);
    if (request.key === ANY_WORKER && this.#isRefused(request)) return;
    // Those that wait may still be served by workers that go; who comes later may not.
    const refusal = prospects.areWorkersComing() ? admission().expect(request, nowMs) : noWorkers();
    if (refusal === undefined) this.dispatcher.submit(request, nowMs);
    else this.#answers.error(request, refusal);
  }

  /** What it asks for, and how long that may take. */
  #aim(request: ClientRequest, nowMs: number): void {
    const { targets } = this.#options;
    const target = targets.find(request.path, request.method);
    request.key = target.key;
    request.group = target.group;
    request.model = target.model;
    request.isRetryable = target.isRetryable;
    request.timeoutMs = target.timeoutMs;
    request.streamTimeoutMs = target.streamTimeoutMs;
    request.queueDeadlineMs = nowMs + target.queueTimeoutMs;
  }

  #isRefused(request: ClientRequest): boolean {
    const refusal = whyNobodys(request, this.#options.prospects.catalog.models);
    if (refusal === undefined) return false;
    request.route = refusal.route;
    this.#answers.error(request, refusal.error);
    return true;
  }

  /** The client left before its answer was complete. */
  left(request: ClientRequest): void {
    const isAtWorker = request.state === 'in flight';
    this.dispatcher.withdraw(request, this.#options.now());
    if (isAtWorker) request.worker?.link.cancel(request.arrival);
    this.#answers.left(request);
  }

  /** All models there are. */
  modelsAre(models: readonly ServedModel[]): void {
    this.dispatcher.limits.learn(models);
    this.dispatcher.estimates.batchBy(batchRulesOf(models));
  }

  workerReady(worker: ServingWorker): void {
    const { now } = this.#options;
    worker.load = this.dispatcher.addWorker(worker, now(), keysOf(worker.models));
    worker.link.onDrain = () => this.dispatcher.dispatch(this.#options.now());
  }

  workerDraining(worker: ServingWorker): void {
    if (worker.load !== undefined) this.dispatcher.stopFeeding(worker.load, this.#options.now());
  }

  workerDied(worker: ServingWorker, death: Death): void {
    if (worker.load === undefined) return;
    this.dispatcher.workerGone(worker.load, death, this.#options.now());
  }

  sweep(): void {
    const { targets, now } = this.#options;
    this.dispatcher.sweep(now());
    if (targets.generation === this.#generation) return;
    this.#generation = targets.generation;
    this.dispatcher.keep(targets.keys, targets.groups);
  }

  /** Takes a worker's replies off its link. */
  repliesOf(worker: ServingWorker): Omit<ReplyHandlers, 'ended'> {
    return {
      reply: (id, status, lines, contentLength, figures, body) => {
        const request = this.#complete(worker, id, lines, figures, body.length);
        if (request === undefined) return;
        this.#answers.reply(request, { status, lines, contentLength }, body);
      },
      replyHead: (id, status, lines, contentLength, figures) => {
        const request = this.#progress(worker, id);
        if (request === undefined) return;
        noteFacts(request, lines, figures);
        this.#answers.begin(request, status, lines.headersWith(contentLength));
      },
      replyChunk: (id, chunk) => this.#chunk(worker, id, chunk),
      replyEnd: (id, lines, figures) => {
        const request = this.#complete(worker, id, lines, figures);
        if (request !== undefined) this.#answers.end(request, lines.headers);
      },
      replyAborted: (id) => this.#aborted(worker, id),
      slices: slicesOf(worker, this.dispatcher, this.#options.now),
    };
  }

  #ports(): DispatcherPorts<ClientRequest, ServingWorker> {
    return {
      send: (request, worker) => {
        request.worker = worker;
        worker.link.send(request.arrival, request.lines, request);
      },
      refuse: (request, error) => this.#answers.error(request, error),
      cutOff: (request, code) => this.#answers.cutOff(request, code),
      abort: (request, worker) => worker.link.cancel(request.arrival),
      kill: (worker, why) => worker.kill(...KILLS[why]),
      ping: (worker) => worker.ping(),
      whyHopeless: (key) => whyHopeless(key, this.#options.prospects),
      mayDispatch: () => !this.#options.budget.isExceeded,
      isBackedUp: (worker) => worker.link.isBackedUp,
      wakeAt: (atMs) => this.#alarm.setFor(atMs),
      isStopped: (worker) => worker.isStopped,
      slices: slicePorts(this.#options.budget),
    };
  }

  /** The request that a complete reply belongs to; undefined when nobody waits for it any more. */
  #complete(
    worker: ServingWorker,
    id: number,
    lines: ReplyLines,
    figures: FrameFigures,
    replyBytes = 0,
  ): ClientRequest | undefined {
    const request = worker.load?.find(id);
    if (worker.load === undefined || request === undefined) return undefined;
    worker.served += 1;
    noteFacts(request, lines, figures);
    request.estimate?.observeReply(replyBytes);
    const isWanted = this.dispatcher.finished(worker.load, request, figures, this.#options.now());
    return isWanted ? request : undefined;
  }

  #progress(worker: ServingWorker, id: number): ClientRequest | undefined {
    const request = worker.load?.find(id);
    if (worker.load === undefined || request === undefined) return undefined;
    const isWanted = this.dispatcher.progressed(worker.load, request, this.#options.now());
    return isWanted ? request : undefined;
  }

  /** A reader that is slower than its worker holds the stream back, not the link. */
  #chunk(worker: ServingWorker, id: number, chunk: Buffer): void {
    const request = this.#progress(worker, id);
    if (request === undefined) return;
    if (this.#answers.chunk(request, chunk) || request.isHeldBack) return;
    request.isHeldBack = true;
    worker.link.pause(id);
    this.#answers.whenDrained(request, () => {
      request.isHeldBack = false;
      worker.link.resume(id);
    });
  }

  #aborted(worker: ServingWorker, id: number): void {
    const request = worker.load?.find(id);
    if (worker.load === undefined || request === undefined) return;
    const { hasBegun } = request;
    const isWanted = this.dispatcher.gaveUp(worker.load, request, this.#options.now());
    if (!isWanted) return;
    if (hasBegun) this.#answers.cutOff(request, 'MODEL_ERROR');
    else
      this.#answers.error(
        request,
        new RequestError('MODEL_ERROR', 'the model broke off its reply'),
      );
  }
}

function batchRulesOf(models: readonly ServedModel[]): Map<string, BatchRule> {
  const rules = new Map<string, BatchRule>();
  for (const { name, version, batch } of models) {
    if (batch !== undefined) rules.set(keyOf({ name, version }), batch);
  }
  return rules;
}

function noteFacts(request: ClientRequest, lines: ReplyLines, figures: FrameFigures): void {
  request.route = lines.route || OTHER;
  request.model = lines.model || OTHER;
  request.version = lines.version;
  request.code = lines.code || undefined;
  request.figures = figures;
}
