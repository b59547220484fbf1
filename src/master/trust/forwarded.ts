/** What a trusted proxy says of the client: its address, and whether it came over TLS. Pure. */
import { isIP } from 'node:net';
import { RequestError } from '../../errors.js';
import { type Claims, valuesOf } from './claims.js';
import { hopsOf } from './forwarded-header.js';
import { plainAddress, type TrustedPeers } from './trusted-peers.js';

export type ForwardedClient = {
  /** Undefined: nothing is said, or nothing that can be an address. */
  readonly address: string | undefined;
  readonly isEncrypted: boolean | undefined;
};

/** Which value of which header means TLS; gunicorn's three. */
const SECURE: ReadonlyMap<string, readonly string[]> = new Map([
  ['x-forwarded-proto', ['https']],
  ['x-forwarded-protocol', ['ssl', 'https']],
  ['x-forwarded-ssl', ['on']],
]);

/** @throws RequestError BAD_REQUEST where the headers disagree */
export function forwardedClient(
  claims: Claims,
  trusted: Pick<TrustedPeers, 'has'>,
): ForwardedClient {
  const addresses = valuesOf(claims, 'x-forwarded-for').flatMap((value) => value.split(','));
  const secure = schemeOf(claims);
  if (addresses.length > 0 || secure !== undefined) {
    return { address: clientOf(addresses, trusted), isEncrypted: secure };
  }
  // A proxy that adds X-Forwarded-For lets a client's own Forwarded pass: it is read only alone.
  const hops = hopsOf(valuesOf(claims, 'forwarded').join(','));
  const proto = hops.findLast((hop) => hop.proto !== undefined)?.proto;
  return {
    address: clientOf(
      hops.flatMap((hop) => hop.for ?? []),
      trusted,
    ),
    isEncrypted: proto === undefined ? undefined : proto.toLowerCase() === 'https',
  };
}

/**
 * The nearest hop that is not one of ours. What stands left of it is hearsay: anybody can send it.
 *
 * @param hops the nearest last
 */
function clientOf(hops: readonly string[], trusted: Pick<TrustedPeers, 'has'>): string | undefined {
  let client: string | undefined;
  for (const hop of hops.toReversed()) {
    const address = addressOf(hop.trim());
    if (address === undefined) break;
    client = address;
    if (!trusted.has(address)) break;
  }
  return client;
}

/** Some proxies add a port. */
function addressOf(text: string): string | undefined {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? text;
  if (isIP(bare) !== 0) return plainAddress(bare);
  const withPort = /^([\d.]+):\d+$/.exec(text)?.[1];
  return withPort !== undefined && isIP(withPort) !== 0 ? withPort : undefined;
}

function schemeOf(claims: Claims): boolean | undefined {
  let scheme: boolean | undefined;
  for (const [name, secureValues] of SECURE) {
    for (const value of valuesOf(claims, name)) {
      // Of several hops the nearest one is known to us.
      const nearest = value.slice(value.lastIndexOf(',') + 1).trim();
      const isSecure = secureValues.includes(nearest.toLowerCase());
      if (scheme !== undefined && scheme !== isSecure) throw disagreement();
      scheme = isSecure;
    }
  }
  return scheme;
}

function disagreement(): RequestError {
  const names = [...SECURE.keys()].join(', ');
  const text = `the headers that say whether the client came over TLS disagree (${names}); expected one, or all the same`;
  return new RequestError('BAD_REQUEST', text);
}
