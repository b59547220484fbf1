import { readFileSync } from 'node:fs';

type Read = (file: string) => string;

/**
 * True for a process that somebody has stopped (SIGSTOP, a debugger): it neither
 * computes nor is it at fault. False where the system does not tell.
 */
export function isStopped(pid: number, read?: Read): boolean {
  const state = stateOf(pid, read);
  return state === 'T' || state === 't';
}

/** True for one that was stopped by a signal: whoever sits at a debugger is left in peace. */
export function isSuspended(pid: number, read?: Read): boolean {
  return stateOf(pid, read) === 'T';
}

function stateOf(
  pid: number,
  read: Read = (file) => readFileSync(file, 'utf8'),
): string | undefined {
  try {
    const text = read(`/proc/${pid}/stat`);
    // The name stands in parentheses and may hold anything; the state follows it.
    return text.charAt(text.lastIndexOf(')') + 2);
  } catch {
    return undefined;
  }
}
