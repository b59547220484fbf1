import type { WorkerLoad } from '../fleet/worker-load.js';
import type { Queued } from '../request.js';

/** The model that a helper must hold, as `NAME/VERSION`. */
export type HelpKey = string;

/**
 * A request whose worker, its *owner*, has cut it into slices and would let idle workers run some.
 *
 * open → closed (the owner has no more to give, or the request is suspect) → gone with its request.
 */
export type Offer<R extends Queued, W> = {
  readonly request: R;
  readonly owner: WorkerLoad<R, W>;
  readonly key: HelpKey;
  isOpen: boolean;
};

/**
 * granted: the owner was told to send one · held: it is here, and nobody runs it yet ·
 * running: a helper has it · over: nobody waits for it, though a helper may still run it.
 */
export type SliceState = 'granted' | 'held' | 'running' | 'over';

/** A part of a large request, under the number by which master, owner and helper know it. */
export type Slice<R extends Queued, W> = {
  readonly ticket: number;
  readonly offer: Offer<R, W>;
  state: SliceState;
  /** While it is held; the helper has it after that, and the owner throughout. */
  body: Uint8Array | undefined;
  /** Reserved for its body: from when it is here until its helper is through with it. */
  bytes: number;
  helper: WorkerLoad<R, W> | undefined;
  /** Clock time at which its helper has had too long. */
  deadlineMs: number;
};
