import type { Socket } from 'node:net';
import type { Connection } from './connection.js';
import type { Reception } from './reception.js';
import type { HeadLimits } from './request-head.js';

/**
 * Where connections may begin instead of at `node:http`, to which each of them can still be handed.
 */
export type Door = {
  /** @param toHttp has `node:http` read a socket */
  enter(connection: Connection, toHttp: (socket: Socket) => void): void;
  /** Settings have changed. */
  settingsTaken(): void;
  /** Waits for nobody any more. */
  close(): void;
};

export type DoorPorts = {
  readonly reception: Reception;
  limits(): HeadLimits;
  connections(): Iterable<Connection>;
  /** A request did not arrive in time. */
  late(connection: Connection): void;
  now(): number;
};

export type MakeDoor = (ports: DoorPorts) => Door;
