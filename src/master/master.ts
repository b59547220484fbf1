import type { Handover } from '../config/sources/handover.js';
import type { ExitCode } from '../errors.js';
import { markSmallHeapsAtOnce } from '../link/process/heap-marking.js';
import { processTitle } from '../link/process/title.js';
import { bootLimitMs } from '../model/boot-limit.js';
import { VERSION } from '../version.js';
import { AdminListeners } from './control/admin-listeners.js';
import type { ControlRequest, ControlRoute } from './control/control-routes.js';
import type { MasterOptions } from './master-options.js';
import { Pulse } from './pulse.js';
import { Rooms } from './rooms.js';
import { onSignals, SIGNAL_ACTIONS, type SignalAction } from './signals.js';
import { become, ownFiles } from './system/owner.js';
import { Succession } from './upgrade/succession.js';
import { Successor } from './upgrade/successor.js';

/** The life of a server, from its first listener to its exit code. */
export class Master {
  readonly #options: MasterOptions;
  readonly #rooms: Rooms;
  readonly #succession: Succession;
  readonly #stopped: Promise<ExitCode>;
  readonly #pulse: Pulse = new Pulse(() => this.#tick());

  /** @param handover from the master that has started this one to follow it */
  constructor(options: MasterOptions, handover: Handover | undefined) {
    this.#options = options;
    let stopped: (exitCode: ExitCode) => void = () => {};
    this.#stopped = new Promise((resolve) => {
      stopped = resolve;
    });
    this.#rooms = new Rooms(options, {
      stopped,
      leavingService: () => this.#leaving(),
      atRest: () => this.#succession.upgrade.atRest(),
      failing: (reason) => this.#succession.failing(reason),
      stirred: () => this.#pulse.stir(),
    });
    this.#succession = this.#makeSuccession(handover);
  }

  /**
   * Serves until it is stopped or cannot go on.
   *
   * @param heldSignals those that came while the program was loading
   * @returns the exit code @throws StartError when it could not start
   */
  async run(heldSignals: readonly string[]): Promise<ExitCode> {
    const { settings, log, hooks } = this.#options;
    const { supervisor, desk } = this.#rooms;
    const { procName } = settings;
    if (procName !== undefined) process.title = processTitle('master', procName);
    markSmallHeapsAtOnce();
    const offSignals = onSignals((signal, action) => this.#signalled(signal, action));
    await this.#tellStarting();
    try {
      await this.#succession.begin();
    } catch (error) {
      this.#succession.end();
      throw error;
    }
    this.#becomeOwner();
    const { cpus, workers, threads } = settings;
    log.info({ cpus, workers, threads, models: this.#modelNames }, 'starting');
    supervisor.start();
    desk.watch();
    this.#pulse.start();
    for (const signal of heldSignals) this.#signalled(signal, SIGNAL_ACTIONS[signal] ?? 'ignore');
    const exitCode = await this.#stopped;
    this.#pulse.stop();
    await this.#options.manager.close();
    this.#succession.end();
    await hooks.settled('onExit', { pid: process.pid, exitCode });
    hooks.close();
    log.info({ exitCode }, 'stopped');
    offSignals();
    return exitCode;
  }

  /** Ends all workers at once: the master itself is about to fail. */
  async abort(): Promise<void> {
    await this.#rooms.supervisor.killAll('the master failed');
  }

  /** @returns whether nothing is in hand that may soon be late */
  #tick(): boolean {
    this.#rooms.tick();
    this.#succession.tick();
    if (this.#rooms.knowledge.isReady()) this.#options.manager.ready();
    const { front, traffic, supervisor, shutdown } = this.#rooms;
    const isEmpty = front.openConnections === 0 && traffic.dispatcher.inFlight === 0;
    const isSettled = supervisor.areWorkersSettled && this.#succession.isSettled;
    return isEmpty && isSettled && shutdown.state === 'serving';
  }

  /** systemd takes the end of its main process for the end of the server, unless another one is named. */
  #leaving(): void {
    const { manager } = this.#options;
    const { otherPid } = this.#succession;
    if (otherPid === undefined) manager.stopping();
    else manager.mainPid(otherPid);
    this.#succession.leaving();
  }

  /** What root has opened is open; what is made or read from here on, its owner must be able to. */
  #becomeOwner(): void {
    const { owner, settings, log } = this.#options;
    if (owner === undefined) return;
    become(owner, ownFiles(settings));
    log.info({ uid: owner.uid, gid: owner.gid }, 'became another user');
  }

  #makeSuccession(handover: Handover | undefined): Succession {
    const { settings, log } = this.#options;
    const { listeners, shutdown, supervisor, knowledge, desk } = this.#rooms;
    let workers = 0;
    return new Succession({
      settings,
      handover,
      log,
      main: listeners,
      admin: this.#makeAdminListeners(),
      shutdown,
      now: () => performance.now(),
      start: (sockets, events) => new Successor(sockets, events),
      bootLimitMs: () => bootLimitMs(desk.generations.current.models, settings.bootTimeout),
      areWorkersReady: () => knowledge.readyWorkers() >= knowledge.wantedWorkers(),
      areWorkersComing: () => supervisor.areWorkersComing,
      sendWorkersAway: () => {
        workers = knowledge.wantedWorkers();
        return desk.scaling.to(0);
      },
      bringWorkersBack: async () => {
        if (workers > 0) await desk.scaling.to(workers);
        workers = 0; // the next rest may end before they have been sent away
      },
      fail: (error) => this.#rooms.fail(error),
    });
  }

  get #modelNames(): string[] {
    const names = this.#rooms.desk.generations.current.models.map(({ name }) => name);
    return [...new Set(names)];
  }

  async #tellStarting(): Promise<void> {
    const { settings, hooks } = this.#options;
    const { workers } = settings;
    const facts = { pid: process.pid, version: VERSION, workers, models: this.#modelNames };
    await hooks.settled('onStarting', facts);
  }

  #makeAdminListeners(): AdminListeners {
    const { settings, trust, log } = this.#options;
    const { knowledge, metrics, desk } = this.#rooms;
    const ports = {
      knowledge,
      keys: trust.adminKeys,
      metrics: async () => ({ contentType: metrics.contentType, text: await metrics.text() }),
      status: () => ({ ...this.#rooms.status(), upgrade: this.#succession.report }),
      control: (route: ControlRoute, request: ControlRequest) => desk.answer(route, request),
    };
    return new AdminListeners(settings, ports, log);
  }

  #signalled(signal: string, action: SignalAction): void {
    const { desk, shutdown } = this.#rooms;
    const { upgrade } = this.#succession;
    if (action === 'ignore') {
      this.#options.log.warn({ signal }, 'signal ignored');
      return;
    }
    this.#options.log.info({ signal, action }, 'signal received');
    if (action === 'one worker more') desk.scaling.by(1);
    else if (action === 'one worker fewer') desk.scaling.by(-1);
    else if (action === 'upgrade') upgrade.begin();
    else if (action === 'rest') upgrade.rest();
    else if (action === 'reload') {
      this.#rooms.logs.reopen(); // gunicorn does, and so do scripts that rotate its logs
      if (!upgrade.comeBack()) desk.reload();
    } else if (action === 'reopen logs') this.#rooms.logs.reopen();
    else if (action === 'drain') shutdown.drain();
    else shutdown.quick();
  }
}
