import { close, constants, openSync, write, writeSync } from 'node:fs';
import type { Writer } from './log-output.js';

/** Lines of several processes go to one file: the kernel appends each write whole. */
const FLAGS = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NONBLOCK;
/** Not for everybody to read: lines hold the addresses of clients. */
const MODE = 0o640;

/**
 * Opens a file to append to; made if it is not there.
 * Never waits, not even for the reader of a pipe. @throws the system's error
 */
export function openToAppend(path: string): number {
  return openSync(path, FLAGS, MODE);
}

/** @throws the system's error */
export function openFileWriter(path: string): Writer {
  const fd = openToAppend(path);
  return {
    write: (bytes, done) => write(fd, bytes, done),
    writeSync: (bytes) => writeSync(fd, bytes),
    close: () => close(fd, () => {}),
  };
}
