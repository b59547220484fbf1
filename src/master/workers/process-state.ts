import { readFileSync } from 'node:fs';

/**
 * True for a process that somebody has stopped (SIGSTOP, a debugger): it neither
 * computes nor is it at fault. False where the system does not tell.
 */
export function isStopped(
  pid: number,
  read: (file: string) => string = (file) => readFileSync(file, 'utf8'),
): boolean {
  try {
    const text = read(`/proc/${pid}/stat`);
    // The name stands in parentheses and may hold anything; the state follows it.
    const state = text.charAt(text.lastIndexOf(')') + 2);
    return state === 'T' || state === 't';
  } catch {
    return false;
  }
}
