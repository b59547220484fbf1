/** How a worker's process is started: what the server and `forkcast check` do alike. */
import { fileURLToPath } from 'node:url';
import { environmentWith } from '../../config/sources/process-environment.js';
import { SECRET_VARIABLES } from '../../config/sources/secrets.js';
import { SERVICE_VARIABLES } from '../../config/sources/service-management.js';

/** Entry of a worker. */
export const WORKER_FILE: string = fileURLToPath(new URL('../../worker/main.cjs', import.meta.url));

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

type Variables = Readonly<Record<string, string | undefined>>;

const ALWAYS: Variables = {
  ...Object.fromEntries(NOT_FOR_WORKERS.map((name) => [name, undefined])),
  // ONNX Runtime would report its use to its maker.
  ORT_DISABLE_TELEMETRY: '1',
};

/**
 * glibc gives each thread that allocates a pool of its own and keeps what is freed in it: 2 MB and
 * more of each worker, for threads of V8 and libuv that hardly ever allocate at once.
 */
const ONE_POOL: Variables = { MALLOC_ARENA_MAX: '1' };

/** What a worker's environment has besides the master's, or instead; `undefined` takes one away. */
export function workerEnvironment(own: Variables = environmentWith({})): Variables {
  return saysPools(own) ? ALWAYS : { ...ALWAYS, ...ONE_POOL };
}

/** What the operator says of glibc's pools holds. */
function saysPools({ MALLOC_ARENA_MAX, GLIBC_TUNABLES }: Variables): boolean {
  return MALLOC_ARENA_MAX !== undefined || GLIBC_TUNABLES?.includes('malloc.arena_') === true;
}
