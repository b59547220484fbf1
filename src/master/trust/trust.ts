import type { Settings } from '../../config/settings.js';
import { Tls } from './tls.js';

/** Who may connect and who is believed: what is read from files for it, and read anew on reload. */
export class Trust {
  /** Undefined: the main port speaks plain HTTP. */
  readonly tls: Tls | undefined;

  /** @throws ConfigError with all that is wrong with the files */
  constructor(settings: Settings) {
    this.tls = settings.certfile === undefined ? undefined : new Tls(settings);
  }

  /**
   * Reads the files anew.
   *
   * @returns what takes them into use @throws ConfigError; then what was read before stays
   */
  prepare(settings: Settings): () => void {
    const takeTls = this.tls?.prepare(settings);
    return () => takeTls?.();
  }
}
