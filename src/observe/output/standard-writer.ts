import { constants, fstatSync, openSync, write, writeSync } from 'node:fs';
import type { Writer } from './log-output.js';

/**
 * Writes to what this process was started with: its standard output, or another descriptor that
 * leads to the standard output of its master. Never closed: others may use it.
 */
export function standardWriter(fd: number): Writer {
  let ownFd: number | undefined;
  const outputFd = (): number => {
    ownFd ??= openPipe(fd);
    return ownFd;
  };
  return {
    write: (bytes, done) => write(outputFd(), bytes, done),
    writeSync: (bytes) => writeSync(outputFd(), bytes),
    close: () => {},
  };
}

/**
 * Our own, non-blocking way into a pipe that is the standard output. A blocking
 * write to a reader that has stalled would hold a thread of the pool, and the
 * exit waits for those. Changing the mode of the standard output itself would
 * change it for everybody who shares it.
 */
function openPipe(fd: number): number {
  try {
    if (!fstatSync(fd).isFIFO()) return fd;
    return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK);
  } catch {
    return fd; // not Linux, another user's pipe, or a reader that has gone
  }
}
