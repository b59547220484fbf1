/** The verbs that concern the workers and the server itself. Only the admin port has them. */
import { RequestError } from '../../errors.js';
import type { Restarts } from '../models/restarts.js';
import { MOST_WORKERS, type Scaling } from '../models/scaling.js';
import { type Body, given } from './control-body.js';

/** Path → verb. */
export const WORKER_VERBS = {
  '/scale': 'scale',
  '/restart': 'restart',
  '/drain': 'drain',
} as const;

export type WorkerVerb = (typeof WORKER_VERBS)[keyof typeof WORKER_VERBS];

export type WorkerVerbsParts = {
  readonly scaling: Pick<Scaling, 'to'>;
  readonly restarts: Pick<Restarts, 'run'>;
  /** As SIGTERM does; nothing, when the server stops already. */
  drain(): unknown;
};

/** Resolves when it is done; a drain has only begun. @throws RequestError */
export async function answerWorkerVerb(
  verb: WorkerVerb,
  body: Body,
  { scaling, restarts, drain }: WorkerVerbsParts,
): Promise<void> {
  switch (verb) {
    case 'scale':
      return scaling.to(countOf(body, 'workers'));
    case 'restart':
      return restarts.run(countOf(body, 'slot'));
    case 'drain':
      // Once the answer is written: a server that is idle is gone at once.
      setImmediate(drain);
  }
}

function countOf(body: Body, key: string): number {
  const value = body[key];
  const isCount = typeof value === 'number' && Number.isInteger(value);
  if (isCount && value >= 0 && value <= MOST_WORKERS) return value;
  const text = `${key}: expected a whole number from 0 to ${MOST_WORKERS}, got ${given(value)}`;
  throw new RequestError('INVALID_INPUT', text);
}
