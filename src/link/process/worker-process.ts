/** How a worker's process is started: what the server and `forkcast check` do alike. */
import { fileURLToPath } from 'node:url';

/** Entry of a worker. */
export const WORKER_FILE: string = fileURLToPath(new URL('../../worker/main.cjs', import.meta.url));

/** A batch of requests lives together: in a small young generation each of them is copied twice. */
export const WORKER_FLAGS: readonly string[] = ['--max-semi-space-size=32'];

/** What native runtimes read: ONNX Runtime would report its use to its maker. */
export const WORKER_ENVIRONMENT: Readonly<Record<string, string>> = { ORT_DISABLE_TELEMETRY: '1' };
