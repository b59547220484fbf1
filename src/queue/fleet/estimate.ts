import { BatchCost, type BatchRule, RUN_ALONE } from './batch-cost.js';
import { MovingLine, WEIGHT } from './moving-line.js';
import { Pace } from './pace.js';

/** Nothing is free of cost: keeps sums of estimates above zero. */
const LEAST_MS = 0.001;
/** Sizes that differ by less than this say nothing about a cost per byte. */
const SIZE_NOISE_BYTES = 1024;
/** A size this far above the mean is known whatever the spread of sizes is. */
const NEAR_BYTES = 4096;
/** Beyond this many standard deviations of size (plus NEAR_BYTES) the line is not trusted. */
const FAR_DEVIATIONS = 8;
/** A run time is called certain to within this many standard deviations. */
const CERTAIN_DEVIATIONS = 4;
/** Replies above this are not made ahead. */
const LARGE_REPLY_BYTES = 256 * 1024;
const REPLY_MEMORY = 0.98;

/**
 * How long a request of one group runs: `a + b·bytes`, learned from the run
 * times that come back with the replies.
 *
 * With the variances and the means of bytes and run times (moving-line.ts):
 *
 *     b = cov / (varBytes + noise²)     a = meanMs − b·meanBytes
 *
 * The noise term pulls b to 0 where all bodies are about the same size, so that
 * jitter is not taken for a cost per byte; and 0 ≤ b ≤ meanMs / meanBytes, so
 * that neither a nor b is negative. What the line leaves unexplained,
 *
 *     residual = varMs − 2·b·cov + b²·varBytes
 *
 * says how far the estimate can be trusted. An outlier is not clipped: after a
 * long run it is right to be careful for some requests. Both variances fade at
 * the same rate, so b outlives the big body that taught it.
 */
export class Estimate {
  #largestReplyBytes = 0;
  /** What such a request costs in all, where workers go from one to the next. */
  readonly pace: Pace = new Pace();
  /** What running several together costs, and whether it may be done. */
  readonly batch: BatchCost = new BatchCost();
  /** Run times by bytes. */
  readonly #line = new MovingLine();
  #msPerByte = 0;
  #residual = Number.POSITIVE_INFINITY;
  /** Of the logarithms of run times: a rare long run hardly moves it. */
  #meanLog = 0;

  /** Learns from one run; times that are not times are ignored (a worker said them). */
  observe(bytes: number, runMs: number): void {
    if (!(runMs >= 0 && Number.isFinite(runMs))) return;
    const line = this.#line;
    line.observe(bytes, runMs);
    const weight = Math.max(WEIGHT, 1 / line.points);
    this.#meanLog += weight * (Math.log(Math.max(LEAST_MS, runMs)) - this.#meanLog);
    // One run says nothing of the spread: half the run time is assumed, as TCP does for round trips.
    if (line.points === 1) line.varY = (runMs / 2) ** 2;
    const slope = line.covariance / (line.varX + SIZE_NOISE_BYTES ** 2);
    const steepest = line.meanX > 0 ? line.meanY / line.meanX : 0;
    this.#msPerByte = Math.min(Math.max(0, slope), steepest);
    this.#residual = Math.max(0, line.residual(this.#msPerByte));
  }

  /** Of late: a large one is forgotten over some hundred smaller ones. */
  observeReply(bytes: number): void {
    this.#largestReplyBytes = Math.max(bytes, this.#largestReplyBytes * REPLY_MEMORY);
  }

  /**
   * Expected run time of a body of this size; Infinity when nothing is known about such a one.
   * So too where replies are large: writing them is no part of the run, and what a worker was
   * given ahead would have to be held by the master whatever else it holds by then.
   */
  expectMs(bytes: number): number {
    const isKnown = this.#line.points > 0 && this.#largestReplyBytes <= LARGE_REPLY_BYTES;
    if (!isKnown || this.#isFar(bytes)) return Number.POSITIVE_INFINITY;
    return Math.max(LEAST_MS, this.#line.meanY + this.#msPerByte * (bytes - this.#line.meanX));
  }

  /** The same of a request that finds its worker empty: what it shares with a batch at other times it pays itself. */
  expectAloneMs(bytes: number): number {
    const sharedMs = this.expectMs(bytes);
    if (!this.batch.mayBatch) return sharedMs;
    return Math.max(sharedMs, this.batch.runMs(this.batch.rowsOf(bytes)));
  }

  /**
   * What most runs take, as a part of what is expected, which is the mean: less than 1 where a few
   * are much longer than the others and nothing tells which. With 2 ms, and 50 ms now and then, 0.5.
   */
  get typicalShare(): number {
    return Math.min(1, Math.exp(this.#meanLog) / Math.max(LEAST_MS, this.#line.meanY));
  }

  /** Whether run times keep to the estimate to within this time. */
  isSteady(withinMs: number): boolean {
    return CERTAIN_DEVIATIONS ** 2 * this.#residual <= withinMs * withinMs;
  }

  /** Ten megabytes after a thousand small bodies: the line knows nothing about it. */
  #isFar(bytes: number): boolean {
    const beyond = bytes - this.#line.meanX - NEAR_BYTES;
    return beyond > 0 && beyond * beyond > FAR_DEVIATIONS ** 2 * this.#line.varX;
  }
}

/** The estimates by group; groups are models of this server, so they are few. */
export class Estimates {
  readonly #byGroup: Map<string, Estimate> = new Map();
  #rules: ReadonlyMap<string, BatchRule> = new Map();

  of(group: string): Estimate {
    const known = this.#byGroup.get(group);
    if (known !== undefined) return known;
    const estimate = new Estimate();
    estimate.batch.rule = this.#rules.get(group) ?? RUN_ALONE;
    this.#byGroup.set(group, estimate);
    return estimate;
  }

  /** Of all groups that may run together; those of others run each by itself. */
  batchBy(rules: ReadonlyMap<string, BatchRule>): void {
    this.#rules = rules;
    for (const [group, { batch }] of this.#byGroup) batch.rule = rules.get(group) ?? RUN_ALONE;
  }

  /** Other workers, other costs. */
  forgetPaces(): void {
    for (const { pace } of this.#byGroup.values()) pace.forget();
  }

  /** Forgets all other groups: their versions are gone. */
  keep(groups: ReadonlySet<string>): void {
    for (const group of this.#byGroup.keys()) {
      if (!groups.has(group)) this.#byGroup.delete(group);
    }
  }
}
