/** How a worker's process is started: what the server and `forkcast check` do alike. */
import { fileURLToPath } from 'node:url';
import { SECRET_VARIABLES } from '../../config/sources/secrets.js';
import { SERVICE_VARIABLES } from '../../config/sources/service-management.js';

/** Entry of a worker. */
export const WORKER_FILE: string = fileURLToPath(new URL('../../worker/main.cjs', import.meta.url));

/** A batch of requests lives together: in a small young generation each of them is copied twice. */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=32'];

const DIES_WITH = '--dies-with=';

/** An argument of a worker's: the system kills it when this process ends, so it need not watch. */
export function diesWith(masterPid: number): string {
  return `${DIES_WITH}${masterPid}`;
}

/** @returns the process it ends with; undefined where the system does not see to it */
export function endsWith(args: readonly string[]): number | undefined {
  const arg = args.find((text) => text.startsWith(DIES_WITH));
  return arg === undefined ? undefined : Number(arg.slice(DIES_WITH.length));
}

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
