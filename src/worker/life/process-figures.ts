import type { ProcessFigures } from '../../link/process/control.js';

const MICROS = 1_000_000;

/** Memory and CPU time of this process. */
export function readFigures(): ProcessFigures {
  const { rss, heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  return {
    rssBytes: rss,
    heapUsedBytes: heapUsed,
    externalBytes: external,
    cpuUserSeconds: user / MICROS,
    cpuSystemSeconds: system / MICROS,
  };
}
