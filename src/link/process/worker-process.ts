/** How a worker's process is started: what the server and `forkcast check` do alike. */
import { fileURLToPath } from 'node:url';
import { SECRET_VARIABLES } from '../../config/sources/secrets.js';
import { SERVICE_VARIABLES } from '../../config/sources/service-management.js';

/** Entry of a worker. */
export const WORKER_FILE: string = fileURLToPath(new URL('../../worker/main.cjs', import.meta.url));

/** A batch of requests lives together: in a small young generation each of them is copied twice. */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=32'];

/** An argument of a worker's: the system kills it when its master ends, so it need not watch. */
export const DIES_WITH_MASTER = '--dies-with-master';

/** The private stream's file descriptor in a worker: after stdin, stdout, stderr and the control channel. */
export const LINK_FD = 4;

/** Of no use to a worker, or not its business: keys, and whom the master tells how it is. */
const NOT_FOR_WORKERS: readonly string[] = [...SECRET_VARIABLES, ...SERVICE_VARIABLES];

/** What a worker's environment has besides the master's, or instead; `undefined` takes one away. */
export const WORKER_ENVIRONMENT: Readonly<Record<string, string | undefined>> = {
  ...Object.fromEntries(NOT_FOR_WORKERS.map((name) => [name, undefined])),
  // ONNX Runtime would report its use to its maker.
  ORT_DISABLE_TELEMETRY: '1',
};
