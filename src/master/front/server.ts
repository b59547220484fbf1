import { createServer, type Server, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import type { Settings } from '../../config/settings.js';
import type { Tls } from '../trust/tls.js';

/** node:http's own bound on a whole head; the three finer limits are gunicorn's. */
const MAX_HEAD_BYTES = 64 * 1024;

/** A listener of the main port; with `tls` it speaks nothing else. */
export function makeServer(settings: Settings, tls: Tls | undefined): Server {
  const options: ServerOptions = {
    keepAliveTimeout: settings.keepAlive,
    headersTimeout: settings.headerTimeout,
    requestTimeout: settings.readTimeout,
    connectionsCheckingInterval: checkIntervalMs(settings),
    maxHeaderSize: MAX_HEAD_BYTES,
    requireHostHeader: false, // readHead answers in the contract's form
    noDelay: true,
  };
  const server = tls?.makeServer(options, settings.headerTimeout) ?? createServer(options);
  server.maxHeadersCount = 0; // node:http would drop the surplus silently; readHead refuses
  server.timeout = 0;
  return server;
}

/**
 * A client that was gone before it was accepted has no address any more, and what it has sent could
 * still be read. Without an address it would pass for a proxy on a Unix socket, which is believed.
 */
export function hasLeft(
  { remoteAddress }: Pick<Socket, 'remoteAddress'>,
  server: Pick<Server, 'address'>,
): boolean {
  const place = server.address();
  return remoteAddress === undefined && typeof place === 'object' && place !== null;
}

/** Timeouts are enforced by a sweep over the connections; fine enough for the shortest of them. */
function checkIntervalMs({ headerTimeout, readTimeout }: Settings): number {
  return Math.min(1000, Math.max(50, Math.min(headerTimeout, readTimeout) / 4));
}
