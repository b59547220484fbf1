import { EventEmitter } from 'node:events';

/**
 * What Fastify gets for its `http.Server`: it never listens, and its settings
 * have no effect, because connections and their timeouts are the master's.
 */
export class LinkServer extends EventEmitter {
  readonly listening: boolean = false;
  keepAliveTimeout = 0;
  requestTimeout = 0;
  headersTimeout = 0;
  timeout = 0;
  maxRequestsPerSocket = 0;
  maxHeadersCount = 0;

  address(): null {
    return null;
  }

  listen(): never {
    throw new Error('the app of a worker is served over its link; it does not listen on a port');
  }

  close(done?: (error?: Error) => void): this {
    process.nextTick(emitClose, this, done);
    return this;
  }

  closeIdleConnections(): void {}

  closeAllConnections(): void {}

  getConnections(done: (error: Error | null, count: number) => void): this {
    process.nextTick(done, null, 0);
    return this;
  }

  setTimeout(timeoutMs: number): this {
    this.timeout = timeoutMs;
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

function emitClose(server: LinkServer, done: ((error?: Error) => void) | undefined): void {
  done?.();
  server.emit('close');
}
