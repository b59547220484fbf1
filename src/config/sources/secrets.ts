/** What is said in the environment alone, and never printed: it is no setting. */
import type { Environment } from './environment.js';

export type Secrets = {
  /** Keys with commas between them. */
  readonly apiKeys: string | undefined;
  readonly adminKeys: string | undefined;
};

export const API_KEYS_VARIABLE = 'FORKCAST_API_KEYS';
export const ADMIN_KEYS_VARIABLE = 'FORKCAST_ADMIN_KEYS';

/** None of a worker's business. */
export const SECRET_VARIABLES: readonly string[] = [API_KEYS_VARIABLE, ADMIN_KEYS_VARIABLE];

/** An empty variable counts as not set, as everywhere. */
export function readSecrets(env: Environment): Secrets {
  return {
    apiKeys: env[API_KEYS_VARIABLE] || undefined,
    adminKeys: env[ADMIN_KEYS_VARIABLE] || undefined,
  };
}
