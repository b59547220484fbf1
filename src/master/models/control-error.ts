/** What the control verbs refuse, in words. */
import { RequestError } from '../../errors.js';
import type { Refusal } from './wanted-models.js';

/** Of a repository with thousands of faults the log and the index tell the rest. */
const MOST_TOLD = 20;

export function loadFailed(refused: readonly Refusal[]): RequestError {
  const reasons = refused
    .slice(0, MOST_TOLD)
    .map(({ name, reason }) => `"${name}": ${reason.replace(/\.$/, '')}`);
  const rest = refused.length - reasons.length;
  const more = rest > 0 ? `; and ${rest} more` : '';
  const text = `not loaded, what was served is served on: ${reasons.join('; ')}${more}`;
  return new RequestError('MODEL_LOAD_FAILED', text);
}

export function nothingThere(root: string, faults: readonly string[]): RequestError {
  const why = faults.length > 0 ? faults.join(' ').replace(/\.$/, '') : `no model is in ${root}`;
  return new RequestError('MODEL_LOAD_FAILED', `nothing is loaded or unloaded: ${why}`);
}

export function notFound(name: string, known: readonly string[]): RequestError {
  const expected = known.length > 0 ? `one of: ${known.join(', ')}` : 'none is there';
  const text = `there is no model ${JSON.stringify(name)} in the repository; expected ${expected}`;
  return new RequestError('MODEL_NOT_FOUND', text);
}

/** A module may give several models: they come and go together. */
export function isSibling(name: string, plan: string): RequestError {
  const text = `model "${name}" is one of several that "${plan}" gives; load or unload "${plan}"`;
  return new RequestError('INVALID_INPUT', text);
}

export function isPart(name: string, pipelines: readonly string[]): RequestError {
  const text = `model "${name}" is a part of the pipeline "${pipelines.join('", "')}"; unload that first, or both with "unload_dependents": true`;
  return new RequestError('INVALID_INPUT', text);
}

/** What is no refusal is a fault of ours: the client is told no more than that. */
export function asRequestError(error: unknown): RequestError {
  return error instanceof RequestError
    ? error
    : new RequestError('INTERNAL_ERROR', 'an unexpected error', { cause: error });
}
