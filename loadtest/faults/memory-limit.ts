/** A limit that a leaking worker runs into: the kernel's where we may set one, else V8's own. */
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { StandOptions } from './stand.js';

export type MemoryLimit = {
  /** For the table. */
  readonly what: string;
  /** How much each ask has to leak for deaths to come now and then. */
  readonly leakKb: number;
  readonly stand: StandOptions;
  remove(): void;
};

const SERVER_MB = 700;
const HEAP_MB = 160;

export function memoryLimit(): MemoryLimit {
  return (
    cgroup('v2', '/sys/fs/cgroup', 'memory.max') ??
    cgroup('v1', '/sys/fs/cgroup/memory', 'memory.limit_in_bytes') ??
    heap()
  );
}

/** Undefined where no group can be made: not root, or no such hierarchy. */
function cgroup(version: string, hierarchy: string, file: string): MemoryLimit | undefined {
  const folder = join(hierarchy, ownGroup(version) ?? '', `forkcast-faults-${process.pid}`);
  try {
    mkdirSync(folder);
  } catch {
    return undefined;
  }
  const remove = (): void => {
    // The kernel takes a moment to forget the processes that were in it.
    for (let tries = 0; tries < 100; tries += 1) {
      try {
        rmdirSync(folder);
        return;
      } catch {
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
      }
    }
  };
  try {
    // What merely looks like a hierarchy lets us write any file.
    if (!existsSync(join(folder, file)) || !existsSync(join(folder, 'cgroup.procs'))) {
      throw new Error(`${folder} is no group with a limit of memory`);
    }
    writeFileSync(join(folder, file), String(SERVER_MB * 1024 * 1024));
  } catch {
    remove();
    return undefined;
  }
  const enter = `echo $$ > ${join(folder, 'cgroup.procs')} && exec "$0" "$@"`;
  return {
    what: `cgroup ${version}, ${SERVER_MB} MB for the whole server`,
    leakKb: 4096,
    stand: { launch: { command: '/bin/sh' }, before: ['-c', enter, process.execPath] },
    remove,
  };
}

/** Our own group's path, seen from its hierarchy. */
function ownGroup(version: string): string | undefined {
  const text = readFileSync('/proc/self/cgroup', 'utf8');
  const line = version === 'v2' ? /^0::(.*)$/m : /^\d+:(?:[^:]*,)?memory(?:,[^:]*)?:(.*)$/m;
  return line.exec(text)?.[1];
}

function heap(): MemoryLimit {
  return {
    what: `V8 heap of ${HEAP_MB} MB for each process`,
    leakKb: 2048,
    // V8 writes a page about each death.
    stand: {
      launch: { env: { NODE_OPTIONS: `--max-old-space-size=${HEAP_MB}` }, stderr: 'ignore' },
    },
    remove: () => {},
  };
}
