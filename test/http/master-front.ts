// The master's rooms joined as Master joins them, in front of an app behind a real
// link. Only the processes are missing: the worker is an object.

import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import type { Settings } from '../../src/config/settings.js';
import type { Secrets } from '../../src/config/sources/secrets.js';
import { MasterEnd } from '../../src/link/master-end.js';
import { WorkerEnd } from '../../src/link/worker-end.js';
import { account } from '../../src/master/accounting.js';
import type { ClientRequest } from '../../src/master/client-request.js';
import { Answers } from '../../src/master/front/answers.js';
import type { Front } from '../../src/master/front/front.js';
import { Intake } from '../../src/master/front/intake.js';
import { answerLocally, type Knowledge } from '../../src/master/local-routes.js';
import { mainPort } from '../../src/master/main-port.js';
import { ModelStatistics } from '../../src/master/metadata/statistics.js';
import type { Prospects } from '../../src/master/models/prospects.js';
import { ModelTargets } from '../../src/master/routing/model-target.js';
import { prioritiesOf } from '../../src/master/routing/priority-header.js';
import { Traffic } from '../../src/master/routing/traffic.js';
import type { ServingWorker } from '../../src/master/serving-worker.js';
import { Trust } from '../../src/master/trust/trust.js';
import type { ModelDescription } from '../../src/model/description.js';
import { Metrics } from '../../src/observe/metrics.js';
import { Admission } from '../../src/queue/admission/admission.js';
import { ByteBudget } from '../../src/queue/admission/byte-budget.js';
import { socketPair } from '../fixtures/socket-pair.js';
import { configuration } from '../unit/config/inputs.js';

type MakeApp = (serverFactory: FastifyServerOptions['serverFactory']) => Promise<FastifyInstance>;

/** What the books say of a request when they are closed. */
export type Entry = Pick<
  ClientRequest,
  'status' | 'code' | 'path' | 'route' | 'model' | 'bytesIn' | 'bytesOut'
>;

/** A worker without a process: an app behind a link, as a fork would have it. */
export class StandInWorker implements ServingWorker {
  readonly slot: number;
  readonly link: MasterEnd;
  readonly end: WorkerEnd;
  readonly app: FastifyInstance;
  readonly models: readonly ModelDescription[];
  load: ServingWorker['load'];
  served = 0;
  readonly isStopped = false;
  readonly #socket: Socket;

  constructor(
    slot: number,
    models: readonly ModelDescription[],
    link: (worker: StandInWorker) => MasterEnd,
    worker: { socket: Socket; end: WorkerEnd; app: FastifyInstance },
  ) {
    this.slot = slot;
    this.models = models;
    this.link = link(this);
    this.end = worker.end;
    this.app = worker.app;
    this.#socket = worker.socket;
  }

  ping(): void {}

  isAlike(): boolean {
    return true;
  }

  /** As a SIGKILL does: what was not written is lost, and the master sees the stream end. */
  kill(): void {
    this.#socket.destroy();
  }
}

const NO_SECRETS: Secrets = { apiKeys: undefined, adminKeys: undefined };

export class MasterFront {
  /** Settings of those that a test makes, where it does not say otherwise. */
  static defaults: Partial<Settings> = {};
  readonly settings: Settings;
  readonly trust: Trust;
  readonly budget: ByteBudget;
  readonly traffic: Traffic;
  readonly targets: ModelTargets;
  /** What it does not know of is gone. */
  catalog: Prospects['catalog'] = {
    models: [],
    versionsOf: () => [],
    isComing: () => false,
  };
  readonly front: Front;
  readonly #server: Server;
  readonly entries: Entry[] = [];
  /** Of the client whose request was booked last. */
  lastAddress: string | undefined;
  readonly workers: StandInWorker[] = [];
  /** Clients that were ended for the memory they held. */
  readonly ended: { bodies: number; readers: number }[] = [];
  isDraining = false;
  readonly #admission: Admission;
  readonly #now = (): number => performance.now();

  constructor(overrides: Partial<Settings> = {}, secrets: Secrets = NO_SECRETS) {
    this.settings = { ...configuration({}).settings, ...MasterFront.defaults, ...overrides };
    this.trust = new Trust(this.settings, secrets);
    this.budget = new ByteBudget(this.settings.queueBytes);
    this.targets = new ModelTargets({
      timeoutMs: this.settings.timeout,
      queueTimeoutMs: this.settings.queueTimeout,
      streamTimeoutMs: undefined,
    });
    const answers = this.#makeAnswers();
    this.traffic = new Traffic(
      {
        workAheadMs: this.settings.workAhead,
        targets: this.targets,
        priorities: prioritiesOf(this.settings),
        admission: () => this.#admission,
        budget: this.budget,
        prospects: { catalog: this.#prospects(), areWorkersComing: () => true },
        now: this.#now,
      },
      answers,
    );
    this.#admission = new Admission({
      queueLimit: this.settings.queueLimit,
      queue: this.traffic.dispatcher,
      budget: this.budget,
      makeRoom: (bytes, nowMs) => this.front.makeRoom(bytes, nowMs),
    });
    this.front = this.#makeFront(answers);
    this.#server = this.front.newServer();
  }

  /** A test may set another catalog at any time. */
  #prospects(): Prospects['catalog'] {
    const current = (): Prospects['catalog'] => this.catalog;
    return {
      get models() {
        return current().models;
      },
      versionsOf: (name) => current().versionsOf(name),
      isComing: (name, version) => current().isComing(name, version),
    };
  }

  async listen(): Promise<void> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** The server's end of each new connection. */
  onConnection(listener: (socket: Socket) => void): void {
    this.#server.on('connection', listener);
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Another worker that is ready. */
  async addWorker(
    makeApp: MakeApp,
    models: readonly ModelDescription[] = [],
  ): Promise<StandInWorker> {
    const [ofMaster, ofWorker] = await socketPair();
    const end = new WorkerEnd(ofWorker);
    const app = await makeApp(end.serverFactory);
    end.start();
    const link = (worker: StandInWorker): MasterEnd =>
      new MasterEnd(ofMaster, {
        ...this.traffic.repliesOf(worker),
        ended: () => this.traffic.workerDied(worker, 'unexplained'),
      });
    const worker = new StandInWorker(this.workers.length, models, link, {
      socket: ofWorker,
      end,
      app,
    });
    this.workers.push(worker);
    this.traffic.workerReady(worker);
    return worker;
  }

  /** Nothing is held for anybody. */
  get isClean(): boolean {
    const { dispatcher } = this.traffic;
    return dispatcher.isIdle && dispatcher.busyWorkers === 0 && this.budget.usedBytes === 0;
  }

  async close(): Promise<void> {
    this.#server.close();
    this.front.closeAll();
    for (const { end, app } of this.workers) {
      await end.close();
      await app.close();
    }
  }

  #makeAnswers(): Answers {
    const metrics = new Metrics('test', NO_SOURCES);
    return new Answers({
      budget: this.budget,
      isDraining: () => this.isDraining,
      finished: (request) =>
        account(request, {
          metrics,
          statistics: STATISTICS,
          accessLog: (request) => {
            const { status, code, url: path, route, model, bytesIn, bytesOut } = request;
            this.entries.push({ status, code, path, route, model, bytesIn, bytesOut });
            this.lastAddress = request.remoteAddress;
          },
          admission: this.#admission,
          targets: this.targets,
          now: this.#now,
        }),
    });
  }

  #makeFront(answers: Answers): Front {
    const intake = new Intake(answers, {
      maxBodyBytes: this.settings.maxBody,
      limitName: 'max-body',
      admission: this.#admission,
      refusal: (request) => this.traffic.refusalOf(request),
      submit: (request) => this.traffic.submit(request),
      now: this.#now,
    });
    const parts = { trust: this.trust, answers, intake };
    return mainPort(this.settings, parts, {
      answerLocally: (request) => answerLocally(request, KNOWLEDGE, answers),
      controlIntake: () => undefined,
      budget: this.budget,
      stalledEnded: (clients) => this.ended.push(clients),
      left: (request) => this.traffic.left(request),
      now: this.#now,
    });
  }
}

const STATISTICS = new ModelStatistics(() => 0);

const KNOWLEDGE: Knowledge = {
  isReady: () => true,
  readyWorkers: () => 1,
  wantedWorkers: () => 1,
  models: () => [],
  statistics: STATISTICS,
};

const NO_SOURCES = {
  requestsRefused: () => ({ count: 0, bytes: 0, wait: 0 }),
  clientsStalled: () => ({ bodies: 0, readers: 0 }),
  takenBack: () => 0,
  slices: () => 0,
  queueDepth: () => 0,
  queueBytes: () => 0,
  queueOldestWaitMs: () => 0,
  requestsInFlight: () => 0,
  connectionsOpen: () => 0,
  backlogConnections: async () => 0,
  workers: () => ({ booting: 0, ready: 0, draining: 0, backoff: 0 }),
  workersWanted: () => 0,
  workersBusy: () => 0,
  logLinesDropped: () => 0,
  models: () => [],
};
