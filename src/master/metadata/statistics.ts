/** The statistics extension of the Open Inference Protocol: what each version of a model has done. */
import { type FrameFigures, NO_FIGURES } from '../../link/frames/frame.js';
import type { ClientRequest } from '../client-request.js';

/** What statistics read of a finished request. */
export type Counted = Pick<
  ClientRequest,
  'model' | 'version' | 'status' | 'totalMs' | 'queueMs' | 'figures'
>;

type Duration = { readonly count: number; readonly ns: number };

/** A count and the time it took in all. A member of a batch counts as its share of the batch. */
class Tally {
  #count = 0;
  #ms = 0;

  add(ms: number, count = 1): void {
    this.#count += count;
    this.#ms += ms;
  }

  get count(): number {
    return Math.round(this.#count);
  }

  toJSON(): Duration {
    return { count: this.count, ns: Math.round(this.#ms * 1e6) };
  }
}

/** The executions of one batch size. */
class BatchTallies {
  readonly input = new Tally();
  readonly infer = new Tally();
  readonly output = new Tally();
}

class VersionTallies {
  readonly success = new Tally();
  readonly fail = new Tally();
  readonly queue = new Tally();
  readonly all = new BatchTallies();
  /** Indexed by the rows of the batch; few sizes come up, and each costs an entry once. */
  readonly byRows: BatchTallies[] = [];
  readonly executions = new Tally();
  inferences = 0;
  lastAtMs = 0;
  isNew = true;
}

/** Sizes beyond this are counted with it: a client chooses how many rows it sends. */
const MOST_BATCH_SIZES = 1024;
const NOTHING: Duration = { count: 0, ns: 0 };

export class ModelStatistics {
  /** By model, then by version: looked up per request, so no key is put together. */
  readonly #models = new Map<string, Map<string, VersionTallies>>();
  readonly #wallClock: () => number;

  /** @param wallClock milliseconds since 1970 */
  constructor(wallClock: () => number) {
    this.#wallClock = wallClock;
  }

  /** Requests that no model had are not counted here. */
  finished(request: Counted): void {
    if (request.version === '') return;
    const tallies = this.#of(request.model, request.version);
    if (request.status >= 400) {
      tallies.fail.add(request.totalMs);
      return;
    }
    tallies.lastAtMs = this.#wallClock();
    tallies.success.add(request.totalMs);
    tallies.queue.add(request.queueMs ?? 0);
    const { figures = NO_FIGURES } = request;
    addTo(tallies.all, figures, 1);
    if (figures.rows === 0) return;
    const share = figures.ownRows / figures.rows;
    tallies.inferences += figures.ownRows;
    tallies.executions.add(0, share);
    const size = Math.min(figures.rows, MOST_BATCH_SIZES);
    tallies.byRows[size] ??= new BatchTallies();
    addTo(tallies.byRows[size], figures, share);
  }

  /** One element of `model_stats`; zeros for a version that nobody has asked yet. */
  of(model: string, version: string): unknown {
    const tallies = this.#models.get(model)?.get(version) ?? new VersionTallies();
    const { success, fail, queue, all, executions } = tallies;
    return {
      name: model,
      version,
      last_inference: Math.round(tallies.lastAtMs),
      inference_count: tallies.inferences,
      execution_count: executions.count,
      inference_stats: {
        ...{ success, fail, queue },
        ...computeTimes(all),
        cache_hit: NOTHING,
        cache_miss: NOTHING,
      },
      batch_stats: tallies.byRows.flatMap((batch, size) =>
        batch.infer.count === 0 ? [] : [{ batch_size: size, ...computeTimes(batch) }],
      ),
    };
  }

  /** Forgets what is known no more, so that loading for ever costs no memory. */
  keepOnly(known: readonly { readonly name: string; readonly version: string }[]): void {
    for (const [model, versions] of this.#models) {
      const kept = new Set(known.filter(({ name }) => name === model).map((one) => one.version));
      for (const version of versions.keys()) if (!kept.has(version)) versions.delete(version);
      if (versions.size === 0) this.#models.delete(model);
    }
  }

  #of(model: string, version: string): VersionTallies {
    const versions = this.#models.get(model) ?? new Map<string, VersionTallies>();
    const tallies = versions.get(version) ?? new VersionTallies();
    if (tallies.isNew) {
      this.#models.set(model, versions);
      versions.set(version, tallies);
      tallies.isNew = false;
    }
    return tallies;
  }
}

const MICROS_PER_MS = 1000;

function addTo(tallies: BatchTallies, figures: FrameFigures, count: number): void {
  tallies.input.add(figures.inputMicros / MICROS_PER_MS, count);
  tallies.infer.add(figures.runMicros / MICROS_PER_MS, count);
  tallies.output.add(figures.outputMicros / MICROS_PER_MS, count);
}

function computeTimes({ input, infer, output }: BatchTallies): Record<string, Tally> {
  return { compute_input: input, compute_infer: infer, compute_output: output };
}
