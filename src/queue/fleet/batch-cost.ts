import { MovingLine, WEIGHT } from './moving-line.js';

/** Runs that differ in rows by less than this part of their mean say nothing about the cost of a row. */
const LEAST_SPREAD = 0.15;
/** A pair is tried at the first chance, and then after ever more that were let pass, up to so many. */
const MOST_PATIENCE = 4096;
/** So many runs are waited for the first pair. */
const FIRST_RUNS = 256;
/** A try is as small as can be: it may cost a run. */
export const TRIED = 2;

/** How the requests of one model may be put together; what its settings and its graph say. */
export type BatchRule = {
  /** Rows that may run together; 1: each request by itself. */
  readonly maxRows: number;
  /** How long a request may wait for others to fill its batch. */
  readonly maxDelayMs: number;
};

export const RUN_ALONE: BatchRule = { maxRows: 1, maxDelayMs: 0 };

/**
 * What a run costs by its rows, `fixed + perRow·rows`, learned from what replies
 * say of the batches that they were in. What a row costs is only learned while runs differ in rows, and kept
 * otherwise, so that a calm hour of single rows does not unlearn it.
 *
 * A batch pays where the fixed part is at least what another request adds. Then
 * the members of a batch have their answers no later, on average, than if they
 * ran one after another: of n requests of r rows,
 *
 *     f + n·c·r  ≤  (n + 1) / 2 · (f + c·r)   ⟺   f ≥ c·r
 *
 * Where it does not, or nothing is known yet, a pair is tried now and then.
 */
export class BatchCost {
  rule: BatchRule = RUN_ALONE;
  /** Run times by rows. */
  readonly #line = new MovingLine();
  #perRowMs: number | undefined = undefined;
  /** Of single requests. */
  #ownRows = 1;
  #ownBytes = 0;
  #declined = 0;
  #patience = 1;

  get mayBatch(): boolean {
    return this.rule.maxRows > 1;
  }

  /** A whole run: all its rows, of one request or several, and all its time. */
  observe(rows: number, runMs: number): void {
    if (!(rows > 0 && runMs >= 0 && Number.isFinite(runMs))) return;
    const line = this.#line;
    line.observe(rows, runMs);
    if (line.varX < (LEAST_SPREAD * line.meanX) ** 2) return;
    const slope = line.covariance / line.varX;
    this.#perRowMs = Math.min(Math.max(0, slope), line.meanY / line.meanX);
  }

  /** Of one request: how many rows a body of this size had. */
  observeRequest(bytes: number, rows: number): void {
    const weight = this.#ownBytes === 0 ? 1 : WEIGHT;
    this.#ownRows += weight * (rows - this.#ownRows);
    this.#ownBytes += weight * (bytes - this.#ownBytes);
  }

  /** How many rows a body of this size should have. */
  rowsOf(bytes: number): number {
    if (this.#ownBytes <= 0) return 1;
    return Math.max(1, Math.round((bytes * this.#ownRows) / this.#ownBytes));
  }

  /** Of a run of so many rows; 0 while no run was seen. */
  runMs(rows: number): number {
    const perRowMs = this.#perRowMs ?? 0;
    return Math.max(0, this.#line.meanY + perRowMs * (rows - this.#line.meanX));
  }

  /** What so many rows add to a run. */
  addedMs(rows: number): number {
    return rows * (this.#perRowMs ?? this.#line.meanY / Math.max(1, this.#line.meanX));
  }

  /** Whether requests of so many rows had better run together than one after another. */
  pays(rows: number): boolean {
    const perRowMs = this.#perRowMs;
    if (perRowMs === undefined) return false;
    const fixedMs = this.#line.meanY - perRowMs * this.#line.meanX;
    return fixedMs >= perRowMs * rows && this.#line.residual(perRowMs) <= fixedMs * fixedMs;
  }

  /**
   * Whether they had better not, as far as runs have shown; and it is not time to try it again. Once
   * the first runs are over, that is waited for only where there are two of them: it might be due for
   * long, and nothing come of it.
   *
   * @param waiting compatible requests, this one included
   */
  isBetterAlone(bytes: number, waiting: number): boolean {
    if (!this.mayBatch) return true;
    if (this.rule.maxDelayMs > 0) return false;
    const rows = this.rowsOf(bytes);
    if (TRIED * rows > this.rule.maxRows) return true;
    const isTried = this.#isTryDue && (waiting >= TRIED || this.#isNew);
    return !isTried && !this.pays(rows);
  }

  /** A batch could not be made, since its members run one after another without anybody being asked. */
  passedUp(): void {
    this.#declined += 1;
  }

  /** Not even a pair has been seen, and there was little time for one. */
  get #isNew(): boolean {
    return this.#perRowMs === undefined && this.#line.points < FIRST_RUNS;
  }

  /** The next chance is to be taken. */
  get #isTryDue(): boolean {
    return this.#declined + 1 >= this.#patience;
  }

  /** Asked where a batch could have been made and does not pay: true now and then, to learn what one costs. */
  isWorthATry(): boolean {
    if (this.#line.points === 0) return false;
    this.#declined += 1;
    if (this.#declined < this.#patience) return false;
    this.#declined = 0;
    this.#patience = Math.min(2 * this.#patience, MOST_PATIENCE);
    return true;
  }
}
