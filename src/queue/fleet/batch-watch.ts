import type { BatchCost } from './batch-cost.js';

/**
 * Tells the runs of one worker apart. Each reply of a batch says what it knows of
 * the whole batch, and they come one after another: the first of them stands for the run.
 */
export class BatchWatch {
  #cost: BatchCost | undefined = undefined;
  #rows = 0;
  /** Rows of the batch whose replies are still to come. */
  #restRows = 0;

  /**
   * @param rows that ran together
   * @param ownRows of this request
   * @param shareMs of the run, by rows
   */
  saw(cost: BatchCost, bytes: number, rows: number, ownRows: number, shareMs: number): void {
    if (!(ownRows > 0 && rows >= ownRows)) return;
    cost.observeRequest(bytes, ownRows);
    if (rows === this.#rows && cost === this.#cost && this.#restRows >= ownRows) {
      this.#restRows -= ownRows;
      return;
    }
    cost.observe(rows, (shareMs * rows) / ownRows);
    this.#cost = cost;
    this.#rows = rows;
    this.#restRows = rows - ownRows;
  }
}
