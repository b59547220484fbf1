import { execFile } from 'node:child_process';
import type { ServiceManagement } from '../../config/sources/service-management.js';
import type { Logger } from '../../observe/logger.js';

/** Sends these lines to whom NOTIFY_SOCKET names. @throws Error with code ENOENT where there is no program for it */
export type Send = (lines: readonly string[]) => Promise<void>;

export type ServiceManagerParts = {
  readonly log: Pick<Logger, 'warn'>;
  readonly send?: Send;
  /** Since the machine started. */
  readonly monotonicMicros?: () => bigint;
};

const PROGRAM = 'systemd-notify';
/** It waits until systemd has read what it sent: it must still be there to be asked whose it is. */
const PROGRAM_TIMEOUT_MS = 10_000;
/** A server that is done does not wait for long. */
const LAST_WORDS_MS = 1000;
const PING = 'WATCHDOG=1';

/**
 * Tells systemd how the server is, where it wants to know. Through a program, since Node has no
 * datagram sockets of Unix; one message after the other, since their order matters.
 */
export class ServiceManager {
  readonly #log: Pick<Logger, 'warn'>;
  readonly #send: Send;
  readonly #monotonicMicros: () => bigint;
  readonly #waiting: (readonly string[])[] = [];
  #isSending = false;
  #hasFailed = false;
  #onAllSaid = (): void => {};
  #isListening: boolean;
  #watchdog: NodeJS.Timeout | undefined;
  #said: 'starting' | 'ready' | 'reloading' | 'stopping' = 'starting';

  /** @param management undefined where nobody wants to know */
  constructor(management: ServiceManagement | undefined, parts: ServiceManagerParts) {
    this.#log = parts.log;
    this.#send = parts.send ?? runProgram;
    this.#monotonicMicros = parts.monotonicMicros ?? (() => process.hrtime.bigint() / 1000n);
    this.#isListening = management !== undefined;
    const watchdogMs = management?.watchdogMs;
    if (watchdogMs === undefined) return;
    // From the loop that serves: a master that stands still is heard no more.
    this.#watchdog = setInterval(() => this.#ping(), watchdogMs / 2);
    this.#watchdog.unref();
  }

  /** The first worker is ready. Said once, and again after each reload. */
  ready(): void {
    if (this.#said === 'starting') this.#sayReady();
  }

  reloading(): void {
    if (this.#said !== 'ready') return;
    this.#said = 'reloading';
    this.#tell(['RELOADING=1', `MONOTONIC_USEC=${this.#monotonicMicros()}`, 'STATUS=reloading']);
  }

  /** The reload is over, one way or the other. */
  reloaded(): void {
    if (this.#said === 'reloading') this.#sayReady();
  }

  stopping(): void {
    if (this.#said === 'stopping') return;
    this.#said = 'stopping';
    this.#tell(['STOPPING=1', 'STATUS=answering what was accepted']);
  }

  /** Another process is the server from now on, and speaks for itself. */
  mainPid(pid: number): void {
    this.#said = 'stopping';
    this.#tell([`MAINPID=${pid}`]);
  }

  /** Resolves when all is said, or when nobody has listened for a moment. */
  async close(): Promise<void> {
    clearInterval(this.#watchdog);
    if (!this.#isSending) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, LAST_WORDS_MS);
      this.#onAllSaid = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  #sayReady(): void {
    this.#said = 'ready';
    this.#tell(['READY=1', 'STATUS=serving']);
  }

  #ping(): void {
    const isWaiting = this.#waiting.some(([line]) => line === PING);
    if (!isWaiting) this.#tell([PING]);
  }

  #tell(lines: readonly string[]): void {
    if (!this.#isListening) return;
    this.#waiting.push(lines);
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
      try {
        await this.#send(next);
      } catch (error) {
        this.#failed(error as NodeJS.ErrnoException);
      }
    }
    this.#isSending = false;
    this.#onAllSaid();
  }

  /** The server serves all the same; one line is enough to say so. */
  #failed({ code, message }: NodeJS.ErrnoException): void {
    const isMissing = code === 'ENOENT';
    if (isMissing) {
      this.#isListening = false;
      this.#waiting.length = 0;
      clearInterval(this.#watchdog);
    }
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const reason = isMissing ? `there is no program ${PROGRAM}` : message.trim();
    this.#log.warn({ reason }, 'systemd is not told how the server is');
  }
}

function runProgram(lines: readonly string[]): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, [...lines], { timeout: PROGRAM_TIMEOUT_MS }, (error) => {
      if (error === null) resolve();
      else reject(error);
    });
  });
}
