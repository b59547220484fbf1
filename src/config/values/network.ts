import { isIP } from 'node:net';

/** A range of addresses; a single address is one of all its bits. */
export type Network = {
  readonly address: string;
  readonly bits: number;
  readonly family: 'ipv4' | 'ipv6';
};

const BITS = { ipv4: 32, ipv6: 128 } as const;

/** Reads `ADDRESS` or `ADDRESS/BITS`. Undefined when it is neither. */
export function readNetwork(text: string): Network | undefined {
  const [address = '', bitsText, ...more] = text.split('/');
  const version = isIP(address);
  if (version === 0 || more.length > 0) return undefined;
  const family = version === 6 ? 'ipv6' : 'ipv4';
  if (bitsText === undefined) return { address, bits: BITS[family], family };
  const bits = /^\d{1,3}$/.test(bitsText) ? Number(bitsText) : Number.NaN;
  return bits <= BITS[family] ? { address, bits, family } : undefined;
}
