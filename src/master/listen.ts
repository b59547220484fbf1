import type { AddressInfo, ListenOptions, Server } from 'node:net';
import { type Address, formatAddress } from '../config/address.js';
import { EXIT, StartError } from '../errors.js';

/** The settings that say where to listen. */
export type BindSetting = 'bind' | 'admin-bind' | 'metrics-bind';

/**
 * Binds a server.
 *
 * @param setting where the address comes from, for the message when it is taken
 * @returns the address as it is, with the real port where 0 was asked for
 * @throws StartError ADDRESS_IN_USE or BAD_CONFIG
 */
export function listen(
  server: Server,
  address: Address,
  backlog: number,
  setting: BindSetting,
): Promise<Address> {
  return new Promise((resolve, reject) => {
    // Stays for good: a connection that cannot be accepted is an error of the server, too, and
    // one that nobody listens for ends the process.
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(listenError(error, address, setting)),
    );
    server.listen(listenOptions(address, backlog), () => resolve(boundAddress(server, address)));
  });
}

function listenOptions(address: Address, backlog: number): ListenOptions & { fd?: number } {
  switch (address.kind) {
    case 'tcp':
      return { host: address.host, port: address.port, backlog, exclusive: true };
    case 'unix':
      return { path: address.path, backlog };
    case 'fd':
      return { fd: address.fd };
  }
}

function boundAddress(server: Server, address: Address): Address {
  if (address.kind !== 'tcp') return address;
  const { port } = server.address() as AddressInfo;
  return { ...address, port };
}

function listenError(
  error: NodeJS.ErrnoException,
  address: Address,
  setting: BindSetting,
): StartError {
  const where = formatAddress(address);
  if (error.code === 'EADDRINUSE') {
    const text = `${where} is in use by another process; choose another address with --${setting}`;
    return new StartError(EXIT.ADDRESS_IN_USE, text, { cause: error });
  }
  return new StartError(EXIT.BAD_CONFIG, `cannot listen on ${where}: ${error.message}`, {
    cause: error,
  });
}
