import type { Queued } from '../request.js';
import type { RequestList } from '../request-list.js';

/**
 * self-inflicted: what a request can do to its worker ·
 * unexplained: a signal from somebody outside ·
 * ours: the master ended it (execution timeout, recycling, stop).
 */
export type Death = 'self-inflicted' | 'unexplained' | 'ours';

/** How a worker's process ended, as `'exit'` reports it, with what the master knows beside. */
export type Ending = {
  readonly code: number | null;
  readonly signal: string | null;
  /** The cgroup's `oom_kill` count rose since the last look. */
  readonly oomKillsRose: boolean;
  readonly killedByMaster: boolean;
  /** It closed its stream or wrote nonsense to it, and lived on. */
  readonly brokeItsStream: boolean;
  /** It was told to leave, which happens with nothing in flight. */
  readonly wasAskedToLeave: boolean;
};

/** Signals the kernel raises for what the process itself did. */
const SELF_INFLICTED: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGABRT',
  'SIGBUS',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
  'SIGSYS',
]);

/** A request with this many counted deaths is poison. */
const MOST_DEATHS = 2;

/**
 * Unexplained deaths that are forgiven. With one of two workers killed every
 * 500 ms and none forgiven, a quarter of requests of 600 ms would be innocent 500s.
 */
const FORGIVEN_DEATHS = 3;

export function classifyDeath(ending: Ending): Death {
  if (ending.brokeItsStream) return 'self-inflicted';
  if (ending.killedByMaster || ending.wasAskedToLeave) return 'ours';
  if (ending.signal === null) return ending.code === null ? 'unexplained' : 'self-inflicted';
  if (SELF_INFLICTED.has(ending.signal)) return 'self-inflicted';
  if (ending.signal === 'SIGKILL' && ending.oomKillsRose) return 'self-inflicted';
  return 'unexplained';
}

/** Has been at a worker that died: runs alone from now on, so that the next death names the culprit. */
export function isSuspect(request: Queued): boolean {
  const { selfInflictedDeaths, unexplainedDeaths, mayHaveOverrun } = request;
  return selfInflictedDeaths > 0 || unexplainedDeaths > 0 || mayHaveOverrun;
}

/**
 * Who is to blame for a run that does not end; undefined when nobody can tell.
 * Answers leave a worker together, at the end of its turn: the first of several
 * may have been answered long ago. So they all run again, each alone, and who
 * expires alone did it. One that may not run twice is ended here. What only stands by has
 * not begun, since the answer of the one before it is not there.
 */
export function culpritOf<R extends Queued>(requests: RequestList<R>): R | undefined {
  const { first } = requests;
  const last = requests.last;
  const isAlone = requests.depth === 1 || (requests.depth === 2 && last?.isStandby === true);
  if (isAlone || first?.isRetryable === false) return first;
  for (const request of requests) if (!request.isStandby) request.mayHaveOverrun = true;
  return undefined;
}

/** The deaths that count against a request. */
export function countedDeaths(request: Queued): number {
  return request.selfInflictedDeaths + Math.max(0, request.unexplainedDeaths - FORGIVEN_DEATHS);
}

/** Writes a worker's death down in a request it had. */
export function charge(request: Queued, death: Death): void {
  if (death === 'self-inflicted') request.selfInflictedDeaths += 1;
  if (death === 'unexplained') request.unexplainedDeaths += 1;
}

/**
 * drop: nobody waits for it any more · cut off: its reply has begun ·
 * refuse: it may not run twice, or it killed its workers · run again.
 */
export type Fate = 'drop' | 'cut off' | 'refuse' | 'run again';

/** What becomes of a request whose worker has died, after the death was charged. */
export function fateOf(request: Queued): Fate {
  if (request.state === 'done' || request.isClientGone) return 'drop';
  if (request.hasBegun) return 'cut off';
  if (!request.isRetryable) return 'refuse';
  return countedDeaths(request) >= MOST_DEATHS ? 'refuse' : 'run again';
}
