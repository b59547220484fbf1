import { type AddressInfo, Server } from 'node:net';
import { type Address, formatAddress } from '../../config/values/address.js';
import { EXIT, StartError } from '../../errors.js';
import { descriptorFault } from './descriptor.js';
import { bindUnixSocket, type SocketFile } from './unix-socket.js';

/** The settings that say where to listen. */
export type BindSetting = 'bind' | 'admin-bind' | 'metrics-bind';

export type ListenOptions = {
  /** Where the address comes from, for the message when it is taken. */
  readonly setting: BindSetting;
  readonly backlog: number;
  /** Permission bits of a Unix socket. */
  readonly socketMode: number;
  /** Others may listen on the same TCP port. */
  readonly reusePort: boolean;
};

/** Where a server listens. */
export type Bound = {
  /** As it is, with the real port where 0 was asked for. */
  readonly address: Address;
  /** The file of a Unix socket that was made here. */
  readonly file?: SocketFile;
};

/**
 * Binds a server.
 *
 * @throws StartError ADDRESS_IN_USE or BAD_CONFIG
 */
export async function listen(
  server: Server,
  address: Address,
  options: ListenOptions,
): Promise<Bound> {
  try {
    if (address.kind === 'unix') {
      const listenAt = (path: string) =>
        listening(server, () => server.listen({ path, backlog: options.backlog }));
      return { address, file: await bindUnixSocket(address.path, options.socketMode, listenAt) };
    }
    if (address.kind === 'fd') {
      const fault = descriptorFault(address.fd);
      if (fault !== undefined) throw new Error(fault);
      await listenOn(server, address.fd, options.backlog);
      return { address };
    }
    const { host, port } = address;
    const { backlog, reusePort } = options;
    const place = { host, port, backlog, exclusive: true, ...(reusePort && { reusePort }) };
    await listening(server, () => server.listen(place));
    return { address: { ...address, port: (server.address() as AddressInfo).port } };
  } catch (error) {
    throw listenError(error as NodeJS.ErrnoException, address, options.setting);
  }
}

/** Listens on a socket that this process has got from another one. */
export function listenOn(server: Server, fd: number, backlog: number): Promise<void> {
  // In this form alone Node heeds the backlog.
  return listening(server, () => server.listen({ fd }, backlog));
}

/**
 * Closes the listener only. `http.Server.close` would also close idle keep-alive connections at
 * once, and a client that has just written a request to one of them would see a reset.
 */
export function closeListener(server: Server): void {
  Server.prototype.close.call(server);
}

function listening(server: Server, start: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    // Stays for good: a connection that cannot be accepted is an error of the server, too, and
    // one that nobody listens for ends the process.
    server.on('error', reject);
    server.once('listening', resolve);
    start();
  });
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
