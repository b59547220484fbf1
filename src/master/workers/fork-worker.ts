import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { EXIT } from '../../errors.js';
import type { Envelope } from '../../link/process/control.js';
import { LINK_FD } from '../../link/process/worker-process.js';

/**
 * A worker, whatever happens. Where the system gives no process (no descriptor, process or memory is
 * left), it is one that says so and has ended: a boot that failed like any other, so that its slot
 * waits, or its rollout goes back, and all who serve go on.
 */
export function forkWorker(fork: () => Worker): Worker {
  const standIn = new UnstartedWorker();
  try {
    const worker = fork();
    if (worker.process.pid !== undefined) return worker;
    // Node tells why in a moment, and never of an exit.
    worker.on('error', (error) => standIn.end(error.message));
  } catch (error) {
    const { message } = error as Error;
    setImmediate(() => standIn.end(message));
  }
  return standIn as unknown as Worker; // as far as a handle of the master's looks
}

class UnstartedWorker extends EventEmitter {
  readonly process: EventEmitter & { stdio: readonly unknown[]; kill(): boolean };
  readonly #stream = new PassThrough();

  constructor() {
    super();
    const stdio = Array.from({ length: LINK_FD + 1 }, () => this.#stream);
    this.process = Object.assign(new EventEmitter(), { stdio, kill: () => false });
  }

  isConnected(): boolean {
    return false;
  }

  end(why: string): void {
    const reason = `no process could be started for it: ${why}`;
    const exitCode = EXIT.BOOT_FAILED;
    const failed: Envelope = { forkcast: { type: 'failed', exitCode, reason } };
    this.emit('message', failed);
    this.#stream.destroy();
    this.process.emit('exit', exitCode, null);
  }
}
