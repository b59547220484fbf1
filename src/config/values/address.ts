import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { resolve } from 'node:path';

/** Where a listener listens. `fd` is a listening socket inherited from the parent (systemd, circus). */
export type Address =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number }
  | { readonly kind: 'unix'; readonly path: string }
  | { readonly kind: 'fd'; readonly fd: number };

/** The kernel's limit for the path of a Unix socket (sun_path without its end mark). */
const MAX_UNIX_PATH_BYTES = 107;

export const MAX_PORT = 65_535;
const HOST_NAME = /^[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?$/i;
const ALL_INTERFACES: readonly string[] = ['0.0.0.0', '::'];
const LOOPBACK: readonly string[] = ['127.0.0.1', '::1', 'localhost'];

/**
 * Reads `HOST:PORT`, `[IPV6]:PORT`, `unix:PATH` (relative to `folder`) or `fd://N`.
 * `undefined` when it is none of them.
 */
export function parseAddress(text: string, folder: string): Address | undefined {
  if (text.startsWith('unix:')) return parseUnix(text.slice('unix:'.length), folder);
  if (text.startsWith('fd://')) return parseFd(text.slice('fd://'.length));
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text);
  if (match === null) return undefined;
  const [, inBrackets, bare = '', portText] = match;
  const port = Number(portText);
  if (port > MAX_PORT) return undefined;
  if (inBrackets !== undefined) {
    return isIPv6(inBrackets) ? { kind: 'tcp', host: inBrackets, port } : undefined;
  }
  return isHost(bare) ? { kind: 'tcp', host: bare, port } : undefined;
}

/** The form `parseAddress` reads. */
export function formatAddress(address: Address): string {
  if (address.kind === 'unix') return `unix:${address.path}`;
  if (address.kind === 'fd') return `fd://${address.fd}`;
  return `${isIPv6(address.host) ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Whether two listeners would want the same place. Port 0 is a new port each time. */
export function collide(one: Address, other: Address): boolean {
  if (one.kind === 'unix') return other.kind === 'unix' && one.path === other.path;
  if (one.kind === 'fd') return other.kind === 'fd' && one.fd === other.fd;
  if (other.kind !== 'tcp' || one.port !== other.port || one.port === 0) return false;
  const hosts = [one.host, other.host];
  if (hosts.some((host) => ALL_INTERFACES.includes(host))) return true;
  return one.host === other.host || (hosts.includes('localhost') && hosts.every(isLoopback));
}

const LOOPBACK_NETWORKS = new BlockList();
LOOPBACK_NETWORKS.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK_NETWORKS.addAddress('::1', 'ipv6');

/** Whether only this machine reaches a host; a name that is none of ours may be any address. */
export function isLoopbackHost(host: string): boolean {
  if (host === 'localhost') return true;
  if (isIPv4(host)) return LOOPBACK_NETWORKS.check(host, 'ipv4');
  return isIPv6(host) && LOOPBACK_NETWORKS.check(host, 'ipv6');
}

function isLoopback(host: string): boolean {
  return LOOPBACK.includes(host);
}

function parseUnix(path: string, folder: string): Address | undefined {
  if (path === '') return undefined;
  const absolute = resolve(folder, path);
  return Buffer.byteLength(absolute) > MAX_UNIX_PATH_BYTES
    ? undefined
    : { kind: 'unix', path: absolute };
}

// 0, 1 and 2 are the standard streams: a number below 3 is always a slip.
function parseFd(text: string): Address | undefined {
  const fd = Number(text);
  return /^\d{1,6}$/.test(text) && fd >= 3 ? { kind: 'fd', fd } : undefined;
}

function isHost(host: string): boolean {
  // All digits and dots is meant as an IPv4 address, never as a name: 127.0.0 is a slip.
  if (/^[\d.]+$/.test(host)) return isIPv4(host);
  return HOST_NAME.test(host);
}
