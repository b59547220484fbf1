import type { Server, ServerResponse } from 'node:http';
import type { Settings } from '../../config/settings.js';
import type { HandedSocket } from '../../config/sources/handover.js';
import type { Logger } from '../../observe/logger.js';
import { Listeners } from '../listen/listeners.js';
import type { SharedSockets } from '../listen/shared-sockets.js';
import { type AdminPorts, makeAdminServer } from './admin.js';

/** The admin port and, where one is asked for, the public metrics port. */
export class AdminListeners {
  readonly #listeners: readonly Listeners[];
  readonly #servers: Server[] = [];
  #isYielding = false;

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

  /** @param shared sockets to listen on instead of opening new ones @throws StartError */
  async open(shared?: SharedSockets): Promise<void> {
    this.#isYielding = false;
    for (const each of this.#listeners) await each.open(shared);
  }

  close(): void {
    for (const each of this.#listeners) each.close();
    for (const server of this.#servers) server.closeAllConnections();
  }

  /** Takes no more connections, and ends those that are open after their next answer. */
  yield(): void {
    this.#isYielding = true;
    for (const each of this.#listeners) each.close();
    for (const server of this.#servers) server.closeIdleConnections();
  }

  get sockets(): readonly HandedSocket[] {
    return this.#listeners.flatMap(({ sockets }) => sockets);
  }

  get places(): Listeners['places'] {
    return this.#listeners.flatMap(({ places }) => places);
  }

  set areShared(areShared: boolean) {
    for (const each of this.#listeners) each.areShared = areShared;
  }

  #serverFor(ports: AdminPorts): Server {
    const server = makeAdminServer(ports);
    server.prependListener('request', (_message, response: ServerResponse) => {
      if (this.#isYielding) response.shouldKeepAlive = false;
    });
    this.#servers.push(server);
    return server;
  }
}
