import { randomBytes } from 'node:crypto';

const SANE = /^[A-Za-z0-9._-]{1,128}$/;

/** True for a client's `x-request-id` that is safe to log, echo and hand on. */
export function isSaneRequestId(value: string): boolean {
  return SANE.test(value);
}

/**
 * Makes request ids that are unique over restarts and hosts: a random prefix
 * drawn once, then a counter, because a random draw per request costs more.
 */
export function requestIdMaker(prefix: string = randomBytes(6).toString('hex')): () => string {
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}-${count.toString(36)}`;
  };
}
