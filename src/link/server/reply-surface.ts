import type { Done } from './body-arguments.js';
import { nodeError } from './node-error.js';
import { ReplyHead } from './reply-head.js';

/**
 * What a `ServerResponse` has and a reply over the link has no use for: there is
 * no socket to cork, and 100 Continue was the master's to send.
 */
export abstract class ReplySurface extends ReplyHead {
  abstract get closed(): boolean;

  get writable(): boolean {
    return true;
  }

  get writableObjectMode(): boolean {
    return false;
  }

  get writableCorked(): number {
    return 0;
  }

  get writableHighWaterMark(): number {
    return 64 * 1024;
  }

  /** By this and what follows, `stream.finished` and `pipeline` recognise a `ServerResponse`. */
  get _closed(): boolean {
    return this.closed;
  }

  get _sent100(): boolean {
    return false;
  }

  get _defaultKeepAlive(): boolean {
    return true;
  }

  get _removedConnection(): boolean {
    return false;
  }

  get _removedContLen(): boolean {
    return false;
  }

  cork(): void {}

  uncork(): void {}

  assignSocket(): void {}

  detachSocket(): void {}

  pipe(): void {
    this.emit('error', nodeError('ERR_STREAM_CANNOT_PIPE', 'Cannot pipe, not readable'));
  }

  /** The master has sent 100 Continue, if it was asked for: the body is here. */
  writeContinue(done?: Done): void {
    if (done) process.nextTick(done);
  }

  writeProcessing(done?: Done): void {
    if (done) process.nextTick(done);
  }

  /** Early hints have no frame; a client may always go without. */
  writeEarlyHints(_hints: object, done?: Done | null): void {
    if (done) process.nextTick(done);
  }
}
