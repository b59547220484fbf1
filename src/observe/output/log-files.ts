import { messageOf } from '../../errors.js';
import { openFileWriter } from './file-writer.js';
import { LogOutput } from './log-output.js';
import { standardWriter } from './standard-writer.js';

/** Means the standard output, as it does for gunicorn and many others. */
export const STANDARD_OUTPUT = '-';
const STDOUT_FD = 1;

/** A file that could not be opened. */
export type FileFault = { readonly path: string; readonly reason: string };

/**
 * All that one process writes lines to, each opened once, whoever asks for it:
 * two outputs over one file would mix their lines.
 */
export class LogFiles {
  readonly #outputs = new Map<string, LogOutput>();
  readonly #standardFd: number;

  /** @param standardFd what `-` means */
  constructor(standardFd: number = STDOUT_FD) {
    this.#standardFd = standardFd;
  }

  get outputs(): Iterable<LogOutput> {
    return this.#outputs.values();
  }

  /** @param place a path, or `-` @throws the system's error */
  open(place: string): LogOutput {
    const known = this.#outputs.get(place);
    if (known !== undefined) return known;
    const isStandard = place === STANDARD_OUTPUT;
    const writer = isStandard ? standardWriter(this.#standardFd) : openFileWriter(place);
    const output = new LogOutput(writer);
    this.#outputs.set(place, output);
    return output;
  }

  /**
   * Opens every file by its name anew: what was renamed meanwhile is let go of
   * after the line that is being written. One that cannot be opened goes on as it is.
   */
  reopen(): { readonly reopened: string[]; readonly faults: FileFault[] } {
    const reopened: string[] = [];
    const faults: FileFault[] = [];
    for (const [path, output] of this.#outputs) {
      if (path === STANDARD_OUTPUT) continue;
      try {
        output.replaceWriter(openFileWriter(path));
        reopened.push(path);
      } catch (error) {
        faults.push({ path, reason: messageOf(error) });
      }
    }
    return { reopened, faults };
  }
}
