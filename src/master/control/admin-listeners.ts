import type { Server } from 'node:http';
import type { Settings } from '../../config/settings.js';
import type { Logger } from '../../observe/logger.js';
import { Listeners } from '../listen/listeners.js';
import { type AdminPorts, makeAdminServer } from './admin.js';

/** The admin port and, where one is asked for, the public metrics port. */
export class AdminListeners {
  readonly #listeners: readonly Listeners[];
  readonly #servers: Server[] = [];

  constructor(settings: Settings, ports: AdminPorts, log: Logger) {
    const { adminBind, metricsBind } = settings;
    const { status, control, keys, ...publicPorts } = ports;
    this.#listeners = [
      new Listeners({
        setting: 'admin-bind',
        addresses: [adminBind],
        makeServer: () => this.#serverFor(ports),
        isPrivate: keys === undefined,
        settings,
        log,
      }),
      new Listeners({
        setting: 'metrics-bind',
        addresses: metricsBind === undefined ? [] : [metricsBind],
        makeServer: () => this.#serverFor(publicPorts),
        settings,
        log,
      }),
    ];
  }

  /** @throws StartError */
  async open(): Promise<void> {
    for (const each of this.#listeners) await each.open();
  }

  close(): void {
    for (const each of this.#listeners) each.close();
    for (const server of this.#servers) server.closeAllConnections();
  }

  #serverFor(ports: AdminPorts): Server {
    const server = makeAdminServer(ports);
    this.#servers.push(server);
    return server;
  }
}
