/** What happens when, in virtual time: a binary heap; of what is due at once, the first added is first. */
export class Timeline {
  nowMs = 0;
  readonly #heap: Due[] = [];
  #count = 0;

  /** Not earlier than now. */
  at(atMs: number, act: () => void): void {
    this.#count += 1;
    const due = { atMs: Math.max(atMs, this.nowMs), order: this.#count, act };
    this.#heap.push(due);
    this.#rise(this.#heap.length - 1, due);
  }

  after(delayMs: number, act: () => void): void {
    this.at(this.nowMs + delayMs, act);
  }

  /** Until nothing is due any more. */
  run(): void {
    for (let due = this.#take(); due !== undefined; due = this.#take()) {
      this.nowMs = due.atMs;
      due.act();
    }
  }

  #take(): Due | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (first !== undefined && last !== undefined && first !== last) this.#sink(last);
    return first;
  }

  #rise(from: number, due: Due): void {
    let at = from;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || isBefore(parent, due)) break;
      this.#heap[at] = parent;
      at = above;
    }
    this.#heap[at] = due;
  }

  #sink(due: Due): void {
    let at = 0;
    for (;;) {
      const below = this.#earlierChild(at);
      const child = this.#heap[below];
      if (child === undefined || isBefore(due, child)) break;
      this.#heap[at] = child;
      at = below;
    }
    this.#heap[at] = due;
  }

  #earlierChild(at: number): number {
    const left = this.#heap[2 * at + 1];
    const right = this.#heap[2 * at + 2];
    const isRight = left !== undefined && right !== undefined && isBefore(right, left);
    return isRight ? 2 * at + 2 : 2 * at + 1;
  }
}

type Due = { readonly atMs: number; readonly order: number; readonly act: () => void };

function isBefore(one: Due, other: Due): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.order < other.order);
}
