import type { Settings } from '../../config/settings.js';
import {
  ADMIN_KEYS_VARIABLE,
  API_KEYS_VARIABLE,
  type Secrets,
} from '../../config/sources/secrets.js';
import { ConfigError } from '../../errors.js';
import { Gate } from './gate.js';
import { type KeySource, type Keys, keyFileWarning, openKeys } from './keys.js';
import { Tls } from './tls.js';

type Taking = (() => void) | undefined;

/** Who may connect and who is believed: what is read from files for it, and read anew on reload. */
export class Trust {
  /** Undefined: the main port speaks plain HTTP. */
  readonly tls: Tls | undefined;
  /** Another one after a reload. */
  gate: Gate;
  /** Undefined: the admin port asks nobody for a key. */
  readonly adminKeys: Keys | undefined;
  readonly #apiKeys: Keys | undefined;
  readonly #secrets: Secrets;

  /** @throws ConfigError with all that is wrong with the files */
  constructor(settings: Settings, secrets: Secrets) {
    this.#secrets = secrets;
    const [tls, apiKeys, adminKeys] = allOrFaults([
      () => (settings.certfile === undefined ? undefined : new Tls(settings)),
      () => openKeys(apiKeySource(settings, secrets)),
      () => openKeys(adminKeySource(settings, secrets)),
    ]);
    this.tls = tls;
    this.#apiKeys = apiKeys;
    this.adminKeys = adminKeys;
    this.gate = new Gate(settings, apiKeys);
  }

  /** What an operator should mend, though the server can run with it. */
  warnings(settings: Settings): string[] {
    const sources = [
      apiKeySource(settings, this.#secrets),
      adminKeySource(settings, this.#secrets),
    ];
    return sources.flatMap((source) => keyFileWarning(source) ?? []);
  }

  /**
   * Reads the files anew.
   *
   * @returns what takes them into use @throws ConfigError; then what was read before stays
   */
  prepare(settings: Settings): () => void {
    if ((settings.certfile === undefined) !== (this.tls === undefined)) {
      throw new ConfigError(['certfile: TLS is turned on or off by a restart, not by a reload.']);
    }
    const takings = allOrFaults<[Taking, Taking, Taking]>([
      () => this.tls?.prepare(settings),
      () => this.#apiKeys?.prepare(apiKeySource(settings, this.#secrets)),
      () => this.adminKeys?.prepare(adminKeySource(settings, this.#secrets)),
    ]);
    const gate = new Gate(settings, this.#apiKeys);
    return () => {
      for (const take of takings) take?.();
      this.gate = gate;
    };
  }
}

function apiKeySource({ apiKeysFile }: Settings, { apiKeys }: Secrets): KeySource {
  return {
    setting: 'api-keys-file',
    file: apiKeysFile,
    variable: API_KEYS_VARIABLE,
    text: apiKeys,
  };
}

function adminKeySource({ adminKeyFile }: Settings, { adminKeys }: Secrets): KeySource {
  return {
    setting: 'admin-key-file',
    file: adminKeyFile,
    variable: ADMIN_KEYS_VARIABLE,
    text: adminKeys,
  };
}

/** Everything is looked at, so that all faults are told at once. @throws ConfigError */
function allOrFaults<T extends readonly unknown[]>(
  makers: {
    readonly [K in keyof T]: () => T[K];
  },
): T {
  const faults: string[] = [];
  const made = makers.map((make) => {
    try {
      return make();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      faults.push(...error.faults);
      return undefined;
    }
  });
  if (faults.length > 0) throw new ConfigError(faults);
  return made as unknown as T; // one for each maker
}
