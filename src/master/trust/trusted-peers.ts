import { BlockList, isIP } from 'node:net';
import { readNetwork } from '../../config/values/network.js';

/** Whose word is taken for whose request it is: addresses and networks, or everybody's. */
export class TrustedPeers {
  readonly #list = new BlockList();
  readonly #isEverybody: boolean;

  /** @param networks as `--forwarded-allow-ips` has them; what is none is left out */
  constructor(networks: readonly string[]) {
    this.#isEverybody = networks.includes('*');
    for (const network of networks.flatMap((text) => readNetwork(text) ?? [])) {
      const { address, bits, family } = network;
      this.#list.addSubnet(address, bits, family);
    }
  }

  /** @param address '' for the peer of a Unix socket, who is on this machine by leave of its owner */
  has(address: string): boolean {
    if (this.#isEverybody || address === '') return true;
    const plain = plainAddress(address);
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** A socket for both families shows an IPv4 address as a part of IPv6. */
export function plainAddress(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  return mapped?.[1] ?? address;
}
