import type { AdminClient } from '../admin-client.js';
import type { Status } from '../status.js';
import { readExposition, type Samples } from './exposition.js';

/** The server at one moment. */
export type Look = {
  readonly atMs: number;
  readonly status: Status;
  readonly samples: Samples;
};

/** @throws StartError when the server does not answer */
export async function lookAt(admin: AdminClient): Promise<Look> {
  const [status, metrics] = await Promise.all([
    admin.ask('GET', '/status'),
    admin.ask('GET', '/metrics'),
  ]);
  return {
    atMs: performance.now(),
    status: JSON.parse(status) as Status,
    samples: readExposition(metrics),
  };
}
