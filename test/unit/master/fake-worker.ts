// A worker of node:cluster without a process: a test plays the process's part.
import type { Worker } from 'node:cluster';
import { EventEmitter } from 'node:events';
import { Duplex } from 'node:stream';
import type { ReplyHandlers } from '../../../src/link/master-end.js';
import type { Boot, FromWorker, ToWorker } from '../../../src/link/process/control.js';
import type { Holding } from '../../../src/master/workers/generation.js';
import type { ModelDescription } from '../../../src/model/description.js';
import { configuration } from '../config/inputs.js';

const nothing = (): void => {};

/** For whoever takes no replies. */
export const NO_REPLIES: Omit<ReplyHandlers, 'ended'> = {
  reply: nothing,
  replyHead: nothing,
  replyChunk: nothing,
  replyEnd: nothing,
  replyAborted: nothing,
};

export const BOOT: Boot = {
  type: 'boot',
  slot: 3,
  models: [],
  defaultModel: undefined,
  threads: 1,
  cpuShare: 1,
  weights: { choice: 'private' as const, holders: {}, cacheBases: [] },
  maxBodyBytes: 1024,
  log: { level: 'info', format: 'json', file: '-' },
};

/** Of a worker that is to hold nothing. */
export const NOTHING: Holding = {
  generation: 1,
  workers: 1,
  plans: [],
  holders: {},
  defaultModel: undefined,
  settings: configuration({ argv: ['models'] }).settings,
  key: '',
  modelKeys: new Map(),
};

let lastPid = 1000;

function nextPid(): number {
  lastPid += 1;
  return lastPid;
}

class FakeProcess extends EventEmitter {
  readonly pid: number = nextPid();
  readonly stream = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() });
  readonly stdio = [null, null, null, null, this.stream];
  readonly signals: string[] = [];

  kill(signal: string): void {
    this.signals.push(signal);
  }
}

export class FakeWorker extends EventEmitter {
  readonly process = new FakeProcess();
  readonly told: ToWorker[] = [];

  isConnected(): boolean {
    return true;
  }

  send(message: ToWorker): void {
    this.told.push(message);
  }

  get asWorker(): Worker {
    return this as unknown as Worker;
  }

  get wasKilled(): boolean {
    return this.process.signals.includes('SIGKILL');
  }

  get wasToldToLeave(): boolean {
    return this.told.some(({ type }) => type === 'leave');
  }

  tells(message: FromWorker): void {
    this.sends({ forkcast: message });
  }

  /** Any message at all, as a model's module may send it. */
  sends(message: unknown): void {
    this.emit('message', message);
  }

  isReady(models: readonly ModelDescription[] = []): void {
    this.tells({ type: 'ready', models });
  }

  endsStream(): void {
    this.process.stream.emit('end');
  }

  exits(code: number | null, signal: string | null = null): void {
    this.process.emit('exit', code, signal);
  }

  /** Both ends of a death. */
  dies(code: number | null, signal: string | null = null): void {
    this.exits(code, signal);
    this.endsStream();
  }
}
