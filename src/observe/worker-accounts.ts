import type { ProcessFigures } from '../link/process/control.js';

type Cpu = { userSeconds: number; systemSeconds: number };

/** What one slot's workers use together. */
export type SlotFigures = {
  readonly slot: number;
  /** Undefined while no living worker of the slot has told its figures. */
  readonly memory: { rssBytes: number; heapUsedBytes: number; externalBytes: number } | undefined;
  readonly cpu: Readonly<Cpu>;
};

/**
 * The figures of one worker, from its fork to its end.
 *
 * open → closed. Closing adds its CPU time to its slot, once, and takes it out:
 * a message that was still on its way when the worker died counts nothing.
 */
export class WorkerAccount {
  readonly #onClose: (account: WorkerAccount) => void;
  #isClosed = false;
  #figures: ProcessFigures | undefined;

  constructor(onClose: (account: WorkerAccount) => void) {
    this.#onClose = onClose;
  }

  get figures(): ProcessFigures | undefined {
    return this.#figures;
  }

  record(figures: ProcessFigures): void {
    this.#figures = figures;
  }

  /** The worker is gone; its CPU time stays in the sums of its slot. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#onClose(this);
  }
}

/**
 * Process figures by slot. CPU time is a counter, and a counter must never
 * fall, though each new worker starts at zero: the time of the dead is kept.
 * During a reload a slot has two workers for a while; they are added up.
 */
export class WorkerAccounts {
  readonly #slots = new Map<number, { past: Cpu; open: Set<WorkerAccount> }>();

  open(slot: number): WorkerAccount {
    const record = this.#slots.get(slot) ?? { past: noCpu(), open: new Set<WorkerAccount>() };
    this.#slots.set(slot, record);
    const account = new WorkerAccount((closed) => {
      record.open.delete(closed);
      addCpu(record.past, closed.figures);
    });
    record.open.add(account);
    return account;
  }

  figures(): SlotFigures[] {
    return [...this.#slots].map(([slot, { past, open }]) => {
      const living = [...open].flatMap((account) => account.figures ?? []);
      const cpu = { ...past };
      for (const figures of living) addCpu(cpu, figures);
      return { slot, cpu, memory: living.length === 0 ? undefined : memoryOf(living) };
    });
  }
}

function memoryOf(living: readonly ProcessFigures[]): NonNullable<SlotFigures['memory']> {
  const memory = { rssBytes: 0, heapUsedBytes: 0, externalBytes: 0 };
  for (const figures of living) {
    memory.rssBytes += figures.rssBytes;
    memory.heapUsedBytes += figures.heapUsedBytes;
    memory.externalBytes += figures.externalBytes;
  }
  return memory;
}

function noCpu(): Cpu {
  return { userSeconds: 0, systemSeconds: 0 };
}

function addCpu(sum: Cpu, figures: ProcessFigures | undefined): void {
  sum.userSeconds += figures?.cpuUserSeconds ?? 0;
  sum.systemSeconds += figures?.cpuSystemSeconds ?? 0;
}
