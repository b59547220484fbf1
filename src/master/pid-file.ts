import { readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { EXIT, StartError } from '../errors.js';

/** What follows the name while the master before is still there; as in gunicorn. */
const BESIDE = '.2';

/** A file's time may be coarser than a process's. */
const SLACK_MS = 2000;
/** What the kernel counts in, for user space. */
const TICKS_PER_SECOND = 100;

/** A file that holds the master's process id, for scripts and supervisors. */
export class PidFile {
  #path: string;
  #isBeside: boolean;

  /** @param isBeside another master has the file still: ours has another name until it is gone */
  constructor(path: string, isBeside: boolean) {
    this.#isBeside = isBeside;
    this.#path = isBeside ? `${path}${BESIDE}` : path;
  }

  /** Whole at once, also for those who read it meanwhile. @throws StartError BAD_CONFIG */
  write(): void {
    const holder = livingHolder(this.#path);
    if (holder !== undefined) {
      const text = `the pid file ${this.#path} is that of a server that runs (pid ${holder}); stop it, or choose another file with --pid`;
      throw new StartError(EXIT.BAD_CONFIG, text);
    }
    const interim = `${this.#path}.${process.pid}`;
    try {
      writeFileSync(interim, `${process.pid}\n`);
      renameSync(interim, this.#path);
    } catch (error) {
      rmSync(interim, { force: true });
      const text = `cannot write the pid file ${this.#path}: ${(error as Error).message}`;
      throw new StartError(EXIT.BAD_CONFIG, text, { cause: error });
    }
  }

  /** The other master is gone: the name without an ending is ours. */
  promote(): void {
    if (!this.#isBeside) return;
    this.#isBeside = false;
    const promoted = this.#path.slice(0, -BESIDE.length);
    try {
      renameSync(this.#path, promoted);
    } catch {
      // Somebody has removed it; a server does not end for that.
    }
    this.#path = promoted;
  }

  /** Removes it, unless another server has put its own there meanwhile. */
  remove(): void {
    if (pidIn(this.#path) !== process.pid) return;
    try {
      rmSync(this.#path, { force: true });
    } catch {
      // Its folder is another user's, as when root has made it: the next server sees that nobody is there.
    }
  }
}

function pidIn(path: string): number | undefined {
  try {
    const pid = Number(readFileSync(path, 'utf8').trim());
    return Number.isSafeInteger(pid) && pid > 0 ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** The process that has written the file and is still there; its number may be another's by now. */
function livingHolder(path: string): number | undefined {
  const pid = pidIn(path);
  if (pid === undefined || pid === process.pid || !isAlive(pid)) return undefined;
  const startedMs = startOf(pid);
  const isLater = startedMs !== undefined && startedMs > statSync(path).mtimeMs + SLACK_MS;
  return isLater ? undefined : pid;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** When a process has started, where the system tells. */
function startOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const ticks = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19]);
    const upSeconds = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const forSeconds = upSeconds - ticks / TICKS_PER_SECOND;
    // Some containers are told a later start of the machine than it had.
    return forSeconds >= 0 ? Date.now() - forSeconds * 1000 : undefined;
  } catch {
    return undefined;
  }
}
