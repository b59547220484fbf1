import { RequestError } from '../../errors.js';
import type { Keys } from './keys.js';

/** What a request shows to be let in. Values of the headers, in the order in which they came. */
export type Shown = {
  readonly authorization: readonly string[];
  readonly apiKey: readonly string[];
};

const CHALLENGE = { headers: { 'www-authenticate': 'Bearer' } } as const;

/** Why a request is not let in; undefined when its key is one of ours. */
export function keyRefusal(shown: Shown, keys: Pick<Keys, 'has'>): RequestError | undefined {
  const key = keyIn(shown);
  if (key === undefined) {
    const text = `expected one API key, as "Authorization: Bearer KEY" or "X-API-Key: KEY", got ${gotInstead(shown)}`;
    return new RequestError('UNAUTHORIZED', text, CHALLENGE);
  }
  if (keys.has(key)) return undefined;
  return new RequestError('FORBIDDEN', 'the API key is none of those that are allowed here');
}

/** X-API-Key wins: a proxy or a browser may have an Authorization of its own. */
function keyIn({ authorization, apiKey }: Shown): string | undefined {
  if (apiKey.length > 0) return apiKey.length === 1 ? apiKey[0]?.trim() || undefined : undefined;
  if (authorization.length !== 1) return undefined;
  return /^Bearer +(\S+) *$/i.exec(authorization[0] ?? '')?.[1];
}

function gotInstead({ authorization, apiKey }: Shown): string {
  const count = authorization.length + apiKey.length;
  if (count === 0) return 'none';
  return count === 1 ? 'something else' : `${count} headers`;
}
