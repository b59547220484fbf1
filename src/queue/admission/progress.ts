/** When an amount that is looked at from time to time last moved, and last moved by enough. */
export class Progress {
  readonly #stepAmount: number;
  #of: unknown = undefined;
  #amount = 0;
  #stepFrom = 0;
  /** Anything at all. */
  movedAtMs = 0;
  /** By a step: who moves by single bytes stands still by this. */
  steppedAtMs = 0;

  constructor(stepAmount: number) {
    this.#stepAmount = stepAmount;
  }

  isOf(one: unknown): boolean {
    return this.#of === one;
  }

  forget(): void {
    this.#of = undefined;
  }

  /** @param of whose amount it is: with another one all begins anew */
  look(of: unknown, amount: number, nowMs: number): void {
    const isAnother = of !== this.#of;
    if (isAnother || amount !== this.#amount) this.movedAtMs = nowMs;
    if (isAnother || Math.abs(amount - this.#stepFrom) >= this.#stepAmount) {
      this.steppedAtMs = nowMs;
      this.#stepFrom = amount;
    }
    this.#of = of;
    this.#amount = amount;
  }
}
