import { type ChildProcess, spawn } from 'node:child_process';
import type { HandedSocket } from '../../config/sources/handover.js';
import { successorPlace } from '../../config/sources/process-environment.js';
import type { SocketHandle } from '../listen/descriptor-of.js';
import { enveloped, type FromPredecessor, type FromSuccessor, opened } from './messages.js';

export type SuccessorExit = {
  readonly code: number | null;
  readonly signal: string | null;
  /** As it has told. */
  readonly reason: string | undefined;
};

export type SuccessorEvents = {
  /** Its workers are ready: it waits for the admin port. */
  ready(): void;
  /** It listens. */
  serving(): void;
  /** It takes no more connections. */
  leaving(): void;
  gone(exit: SuccessorExit): void;
};

/** After stdin, stdout, stderr and the channel. */
const FIRST_FD = 4;

/**
 * The master that follows this one, as this one sees it: a process that is started as this one was,
 * so that new code is taken, with this one's listening sockets.
 */
export class Successor {
  readonly #child: ChildProcess;
  readonly #sockets: readonly HandedSocket[];
  readonly #events: SuccessorEvents;
  /** What it has lent of the sockets, by their place in the list. */
  readonly #lent = new Map<number, SocketHandle>();
  #reason: string | undefined;
  #hasEnded = false;

  constructor(sockets: readonly HandedSocket[], events: SuccessorEvents) {
    this.#sockets = sockets;
    this.#events = events;
    const handed = sockets.map((socket, at) => ({ ...socket, fd: FIRST_FD + at }));
    const { program, args, cwd, env } = successorPlace({ pid: process.pid, sockets: handed });
    // In the same process group, as all that this server is: a terminal's Ctrl-C is meant for both.
    this.#child = spawn(program, args, {
      cwd,
      env,
      stdio: ['inherit', 'inherit', 'inherit', 'ipc', ...sockets.map(({ fd }) => fd)],
    });
    this.#child.on('message', (said, handle) => this.#take(opened(said), handle));
    this.#child.once('error', ({ message }) => this.#ended(null, null, message));
    this.#child.once('exit', (code, signal) => this.#ended(code, signal));
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** This master is out of the admin port. */
  go(): void {
    this.#tell({ type: 'go' });
  }

  /** Asks for handles again: those that were lent are in use. */
  lend(): void {
    this.#tell({ type: 'lend' });
  }

  /** The sockets as they can be listened on once more; each is given once. */
  takeLent(settings: readonly string[]): HandedSocket[] {
    return [...this.#lent].flatMap(([at, { fd }]) => {
      const socket = this.#sockets[at];
      if (socket === undefined || !settings.includes(socket.setting)) return [];
      this.#lent.delete(at);
      return [{ ...socket, fd }];
    });
  }

  /** What was lent and not taken is of no use any more. */
  closeLent(): void {
    for (const handle of this.#lent.values()) handle.close();
    this.#lent.clear();
  }

  #take(message: FromSuccessor | undefined, handle: unknown): void {
    if (message?.type === 'lent') {
      this.#lent.get(message.at)?.close();
      this.#lent.set(message.at, handle as SocketHandle);
    } else if (message?.type === 'ready') this.#events.ready();
    else if (message?.type === 'serving') this.#events.serving();
    else if (message?.type === 'leaving') this.#events.leaving();
    else if (message?.type === 'failed') this.#reason = message.reason;
  }

  #ended(code: number | null, signal: string | null, reason = this.#reason): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#events.gone({ code, signal, reason });
  }

  #tell(message: FromPredecessor): void {
    if (this.#child.connected) this.#child.send(enveloped(message), () => {});
  }
}
