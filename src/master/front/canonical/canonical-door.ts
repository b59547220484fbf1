import type { Socket } from 'node:net';
import type { Settings } from '../../../config/settings.js';
import type { Connection } from '../connection.js';
import type { Door, DoorPorts } from '../door.js';
import { AnswerClock } from './answer-clock.js';
import { CanonicalReader } from './canonical-reader.js';
import { HeadCache } from './head-cache.js';
import { Patience, type PatienceSettings } from './patience.js';
import { Turns } from './turns.js';

/**
 * Where new connections are read straight from the socket, for as long as everything they bring is
 * canonical.
 */
export class CanonicalDoor implements Door {
  readonly #settings: PatienceSettings;
  readonly #ports: DoorPorts;
  readonly #heads: HeadCache;
  readonly #clock: AnswerClock;
  /** One for all connections. */
  #sweeping: NodeJS.Timeout | undefined = undefined;

  constructor(settings: Settings, ports: DoorPorts) {
    this.#settings = settings;
    this.#ports = ports;
    this.#heads = new HeadCache(() => ports.limits());
    this.#clock = new AnswerClock(settings);
  }

  /** @param toHttp has `node:http` read a socket */
  enter(connection: Connection, toHttp: (socket: Socket) => void): void {
    const turns = new Turns(connection.socket, this.#clock);
    const patience = new Patience(this.#settings, this.#ports.now());
    connection.reader = new CanonicalReader(connection, turns, patience, {
      heads: this.#heads,
      reception: this.#ports.reception,
      leave: () => {
        connection.reader = undefined;
        toHttp(connection.socket);
      },
    });
    this.#sweeping ??= setInterval(() => this.#sweep(), sweepMs(this.#settings)).unref();
  }

  settingsTaken(): void {
    this.#heads.forget();
    this.#clock.forget();
  }

  close(): void {
    clearInterval(this.#sweeping);
    this.#sweeping = undefined;
  }

  #sweep(): void {
    const nowMs = this.#ports.now();
    let isAnyOpen = false;
    for (const connection of this.#ports.connections()) {
      const { reader, socket } = connection;
      if (reader === undefined || connection.isEnding) continue;
      isAnyOpen = true;
      if (!reader.isLate(nowMs)) continue;
      if (reader.isIdle) socket.destroy();
      else this.#ports.late(connection);
    }
    if (!isAnyOpen) this.close();
  }
}

/** Fine enough for the shortest of the times. */
function sweepMs({ headerTimeout, readTimeout, keepAlive }: PatienceSettings): number {
  const shortestMs = Math.min(headerTimeout, readTimeout, keepAlive);
  return Math.min(1000, Math.max(50, shortestMs / 4));
}
