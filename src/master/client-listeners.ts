import type { Server } from 'node:net';
import { Listeners } from './listen/listeners.js';
import type { MasterOptions } from './master-options.js';

/** Where clients are served. @param makeServer a server for one more place */
export function clientListeners(
  { settings, trust, log }: MasterOptions,
  makeServer: () => Server,
): Listeners {
  return new Listeners({
    setting: 'bind',
    addresses: settings.bind,
    facts: trust.tls && { tls: true, certificateEnds: trust.tls.validTo },
    makeServer,
    settings,
    log,
  });
}
