import type { Server } from 'node:net';
import { type Address, formatAddress } from '../../config/address.js';
import type { Settings } from '../../config/settings.js';
import type { Logger } from '../../observe/logger.js';
import {
  type BindSetting,
  type Bound,
  closeListener,
  type ListenOptions,
  listen,
} from './listen.js';
import { removeSocketFile } from './unix-socket.js';

export type ListenersParts = {
  readonly setting: BindSetting;
  readonly addresses: readonly Address[];
  readonly settings: Pick<Settings, 'backlog' | 'socketMode' | 'reusePort'>;
  readonly log: Pick<Logger, 'info'>;
  /** What else the log says of each place. */
  readonly facts?: Readonly<Record<string, unknown>> | undefined;
  /** A server for one more place. */
  makeServer(): Server;
};

/** Whoever may connect to the admin port may stop the server. */
const ADMIN_MODE = 0o600;

const SAID: Readonly<Record<BindSetting, string>> = {
  bind: 'listening',
  'admin-bind': 'admin listening',
  'metrics-bind': 'metrics listening',
};

/** All places where one thing is served. */
export class Listeners {
  readonly #parts: ListenersParts;
  readonly #open: (Bound & { readonly server: Server })[] = [];

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  /** @throws StartError */
  async open(): Promise<void> {
    const { addresses, makeServer, setting, facts, log } = this.#parts;
    for (const address of addresses) {
      const server = makeServer();
      const bound = await listen(server, address, this.#options());
      this.#open.push({ ...bound, server });
      log.info({ address: formatAddress(bound.address), ...facts }, SAID[setting]);
    }
  }

  /** Takes no more connections; those that are open stay. */
  close(): void {
    for (const { server, file } of this.#open.splice(0)) {
      closeListener(server);
      if (file !== undefined) removeSocketFile(file);
    }
  }

  #options(): ListenOptions {
    const { setting, settings } = this.#parts;
    const { backlog, socketMode } = settings;
    return {
      setting,
      backlog,
      socketMode: setting === 'admin-bind' ? ADMIN_MODE : socketMode,
      reusePort: setting === 'bind' && settings.reusePort,
    };
  }
}
