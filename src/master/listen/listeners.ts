import type { Server } from 'node:net';
import { type Address, formatAddress, isLoopbackHost } from '../../config/address.js';
import type { Settings } from '../../config/settings.js';
import { EXIT, StartError } from '../../errors.js';
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
  /** Others than this machine must not reach it: a socket that somebody else has opened is looked at. */
  readonly isPrivate?: boolean;
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
      if (this.#parts.isPrivate) checkPrivate(server, bound.address, setting);
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

/** @throws StartError BAD_CONFIG */
function checkPrivate(server: Server, address: Address, setting: BindSetting): void {
  const place = server.address();
  if (place === null || typeof place === 'string' || isLoopbackHost(place.address)) return;
  const where = `${formatAddress(address)} listens at ${place.address}`;
  const text = `${setting}: ${where}, which others than this machine reach; set keys for it (--admin-key-file), or have it listen on loopback`;
  throw new StartError(EXIT.BAD_CONFIG, text);
}
