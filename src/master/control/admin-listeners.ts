import type { Server } from 'node:http';
import { type Address, formatAddress } from '../../config/address.js';
import type { Settings } from '../../config/settings.js';
import type { Logger } from '../../observe/logger.js';
import { listen } from '../listen.js';
import { type AdminPorts, makeAdminServer } from './admin.js';

/** The admin port and, where one is asked for, the public metrics port. */
export class AdminListeners {
  readonly #log: Logger;
  readonly #servers: Server[] = [];

  constructor(log: Logger) {
    this.#log = log;
  }

  /** @throws StartError */
  async open(settings: Settings, ports: Required<AdminPorts>): Promise<void> {
    const { adminBind, metricsBind, backlog } = settings;
    const { status, control, ...publicPorts } = ports;
    await this.#open(makeAdminServer(ports), adminBind, backlog, 'admin');
    if (metricsBind === undefined) return;
    await this.#open(makeAdminServer(publicPorts), metricsBind, backlog, 'metrics');
  }

  close(): void {
    for (const server of this.#servers) {
      server.close();
      server.closeAllConnections();
    }
  }

  async #open(
    server: Server,
    address: Address,
    backlog: number,
    purpose: 'admin' | 'metrics',
  ): Promise<void> {
    this.#servers.push(server);
    const bound = await listen(server, address, backlog, `${purpose}-bind`);
    this.#log.info({ address: formatAddress(bound) }, `${purpose} listening`);
  }
}
