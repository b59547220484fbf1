import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { EXIT, StartError } from '../errors.js';

/** Writes this process's id for scripts and supervisors. @throws StartError BAD_CONFIG */
export function writePidFile(path: string): void {
  try {
    writeFileSync(path, `${process.pid}\n`);
  } catch (error) {
    throw new StartError(
      EXIT.BAD_CONFIG,
      `cannot write the pid file ${path}: ${(error as Error).message}`,
      {
        cause: error,
      },
    );
  }
}

/** Removes it, unless another server has put its own there meanwhile. */
export function removePidFile(path: string): void {
  try {
    if (readFileSync(path, 'utf8').trim() === String(process.pid)) rmSync(path);
  } catch {
    // It is gone already, which is what we want.
  }
}
