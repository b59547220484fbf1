import { readFileSync } from 'node:fs';

const KB = 1024;

/**
 * Resident memory of a process in bytes, as the kernel counts it: a worker that computes cannot say
 * itself. Undefined where the system does not tell, or when the process is gone.
 */
export function residentBytes(
  pid: number,
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): number | undefined {
  try {
    // Not statm: that counts pages, and nobody tells us how large they are.
    const kilobytes = /^VmRSS:\s+(\d+) kB$/m.exec(read(`/proc/${pid}/status`))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * KB;
  } catch {
    return undefined;
  }
}
