import { RequestError } from '../errors.js';

/** A list of all faults of a file is to be read whole; a page of somebody else's is not. */
const LONGEST_REASON = 1000;

/**
 * What a request gets when its model threw: the first line of the reason; the log has the stack.
 * A model refuses what it cannot work with by throwing an error whose `code` is `INVALID_INPUT`:
 * compared by code, because a module may have brought its own copy of this package.
 */
export function modelError(modelName: string, cause: unknown): RequestError {
  if (cause instanceof RequestError) return cause;
  const reason = firstLine(cause);
  if (isInvalidInput(cause)) return new RequestError('INVALID_INPUT', reason, { cause });
  return new RequestError('MODEL_ERROR', `model "${modelName}" failed: ${reason}`, { cause });
}

/** How a run ends whose client is gone. */
export function clientLeft(options?: ErrorOptions): RequestError {
  return new RequestError('CLIENT_CLOSED_REQUEST', 'the client left', options);
}

/** The first line of what an error says, at most 1000 characters. */
export function firstLine(cause: unknown): string {
  const text = cause instanceof Error ? cause.message || cause.name : printed(cause);
  const line = text.split('\n', 1)[0] ?? '';
  return line.length <= LONGEST_REASON ? line : `${line.slice(0, LONGEST_REASON)}…`;
}

function printed(cause: unknown): string {
  // A module may throw anything, even an object that cannot be made a string.
  try {
    return String(cause);
  } catch {
    return 'it threw something that cannot be printed';
  }
}

function isInvalidInput(cause: unknown): boolean {
  return cause instanceof Error && 'code' in cause && cause.code === 'INVALID_INPUT';
}
