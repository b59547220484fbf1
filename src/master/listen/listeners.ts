import type { Server } from 'node:net';
import type { Settings } from '../../config/settings.js';
import type { HandedSocket } from '../../config/sources/handover.js';
import {
  type Address,
  formatAddress,
  isLoopbackHost,
  parseAddress,
} from '../../config/values/address.js';
import { EXIT, StartError } from '../../errors.js';
import type { Logger } from '../../observe/logger.js';
import { descriptorOf } from './descriptor-of.js';
import {
  type BindSetting,
  type Bound,
  closeListener,
  type ListenOptions,
  listen,
  listenOn,
} from './listen.js';
import type { SharedSockets } from './shared-sockets.js';
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

type Open = Bound & { readonly configured: Address; readonly server: Server };

/** All places where one thing is served. */
export class Listeners {
  /** Another master has the same sockets: their files are its files, too. */
  areShared = false;
  readonly #parts: ListenersParts;
  #open: readonly Open[] = [];

  constructor(parts: ListenersParts) {
    this.#parts = parts;
  }

  /** @param shared sockets to listen on instead of opening new ones @throws StartError */
  async open(shared?: SharedSockets): Promise<void> {
    const { addresses, setting, facts, log } = this.#parts;
    for (const configured of addresses) {
      const handed = shared?.take(setting, formatAddress(configured));
      const one = await (handed ? this.#join(configured, handed) : this.#begin(configured));
      this.#open = [...this.#open, one];
      if (this.#parts.isPrivate) checkPrivate(one.server, one.address, setting);
      log.info({ address: formatAddress(one.address), ...facts }, SAID[setting]);
    }
  }

  get areOpen(): boolean {
    return this.#open.length === this.#parts.addresses.length;
  }

  /** As `formatAddress` writes them, with the ports that the kernel gave. */
  get boundAddresses(): string[] {
    return this.#open.map(({ address }) => formatAddress(address));
  }

  /** Takes no more connections; those that are open stay. */
  close(): void {
    for (const { server, file } of this.#open) {
      closeListener(server);
      if (file !== undefined && !this.areShared) removeSocketFile(file);
    }
    this.#open = [];
  }

  /** What another master needs to listen here, too. */
  get sockets(): readonly HandedSocket[] {
    return this.#open.map(({ server, configured, address, file }) => ({
      setting: this.#parts.setting,
      configured: formatAddress(configured),
      address: formatAddress(address),
      fd: descriptorOf(server),
      ...(file && { file }),
    }));
  }

  /** Where it listens, or is to. */
  get places(): readonly Pick<HandedSocket, 'setting' | 'configured'>[] {
    const { addresses, setting } = this.#parts;
    return addresses.map((address) => ({ setting, configured: formatAddress(address) }));
  }

  async #begin(configured: Address): Promise<Open> {
    const server = this.#parts.makeServer();
    return { ...(await listen(server, configured, this.#options())), configured, server };
  }

  async #join(configured: Address, { fd, address, file }: HandedSocket): Promise<Open> {
    const server = this.#parts.makeServer();
    await listenOn(server, fd, this.#parts.settings.backlog);
    const place = parseAddress(address, '/') ?? configured;
    return { configured, address: place, server, ...(file && { file }) };
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
