/** What most faults are: a server, a crowd that asks it, and something done to it meanwhile. */
import { type Asking, mixed, type Versions } from './asks.js';
import { Crowd, type CrowdOptions } from './crowd.js';
import type { Findings, Trial } from './fault.js';
import { startFront } from './front.js';
import { type Stand, type StandOptions, startStand } from './stand.js';

export type Deed = { readonly seen: string; readonly broken: readonly string[] };

export type LoadOptions = StandOptions & {
  /** Who asks; some keep-alive clients and some without, unless told. */
  readonly crowd?: Partial<Omit<CrowdOptions, 'port' | 'asking'>>;
  /** What the subject is to do for each request. */
  readonly extra?: object;
  /** What clients ask, if not the subject and the ONNX model in turn. */
  readonly asking?: (versions: () => Versions) => Asking;
  /** False: the deed ends the server itself. */
  readonly stops?: boolean;
};

/** Versions that may answer; a deed that brings new ones moves them. */
export type Window = { from: number; to: number };

export type Scene = {
  readonly stand: Stand;
  /** Where clients go. */
  readonly port: number;
  readonly crowd: Crowd;
  readonly window: Window;
};

const CROWD = { keepAlive: 16, fresh: 4, pauseMs: 5 };

export async function underLoad(
  trial: Trial,
  options: LoadOptions,
  deed: (scene: Scene) => Promise<Deed>,
): Promise<Findings> {
  const stand = await startStand(trial, options);
  const front = await startFront(trial, stand.port);
  const window: Window = { from: 1, to: 1 };
  const versions = () => window;
  const asking = options.asking?.(versions) ?? mixed(versions, options.extra);
  const crowd = new Crowd({ ...CROWD, asking, ...options.crowd, port: front.port });
  try {
    crowd.start();
    const { seen, broken } = await deed({ stand, port: front.port, crowd, window });
    await crowd.stop();
    const ends = options.stops === false ? [] : await howItEnded(stand);
    const { requests, refused, failed, worstMs } = crowd.tally;
    return { requests, refused, failed, worstMs, seen, broken: [...broken, ...ends] };
  } finally {
    await crowd.stop();
    await stand.stop();
    await front.stop();
    stand.repository.remove();
  }
}

/** A fault must leave a server that drains as ever. */
async function howItEnded(stand: Stand): Promise<string[]> {
  const { code, signal } = await stand.stop();
  return code === 0 ? [] : [`the server ended with ${signal ?? code}, not 0`];
}

/** The reasons whose condition does not hold. */
export function unmet(...expectations: readonly (readonly [boolean, string])[]): string[] {
  return expectations.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}
