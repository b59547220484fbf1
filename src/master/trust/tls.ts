import type { Server as HttpServer, ServerOptions } from 'node:http';
import { createServer, type Server as HttpsServer } from 'node:https';
import type { TLSSocket } from 'node:tls';
import type { Settings } from '../../config/settings.js';
import { ConfigError } from '../../errors.js';
import { type Identity, readIdentity } from './tls-identity.js';

export type TlsSettings = Pick<Settings, 'certfile' | 'keyfile' | 'caCerts' | 'certReqs'>;

/**
 * The main port's certificate and key. Listeners are made here, so that all of
 * them get a new pair at once; connections that are open keep the one they have.
 */
export class Tls {
  #identity: Identity;
  readonly #certReqs: TlsSettings['certReqs'];
  readonly #servers: HttpsServer[] = [];

  /** @throws ConfigError with all that is wrong with the files */
  constructor(settings: TlsSettings) {
    this.#identity = readFiles(settings);
    this.#certReqs = settings.certReqs;
  }

  /** When the certificate ends. */
  get validTo(): Date {
    return this.#identity.validTo;
  }

  makeServer(options: ServerOptions, handshakeTimeoutMs: number): HttpServer {
    const server = createServer({
      ...options,
      ...this.#identity.context,
      handshakeTimeout: handshakeTimeoutMs,
      requestCert: this.#certReqs !== 'none',
      rejectUnauthorized: this.#certReqs === 'required',
    });
    if (this.#certReqs === 'optional') server.on('secureConnection', refuseFalseCertificate);
    this.#servers.push(server);
    return server;
  }

  /**
   * Reads the files anew.
   *
   * @returns what takes them into use @throws ConfigError
   */
  prepare(settings: TlsSettings): () => void {
    const identity = readFiles(settings);
    return () => {
      this.#identity = identity;
      for (const server of this.#servers) server.setSecureContext(identity.context);
    };
  }
}

/** Without one a client may come in; with one that nobody vouches for it may not. */
function refuseFalseCertificate(socket: TLSSocket): void {
  const hasCertificate = Object.keys(socket.getPeerCertificate()).length > 0;
  if (hasCertificate && !socket.authorized) socket.destroy();
}

function readFiles(settings: TlsSettings): Identity {
  const { identity, faults } = readIdentity(settings);
  if (identity === undefined) throw new ConfigError(faults);
  return identity;
}
