import { RequestError } from '../../errors.js';
import type { ServedModel } from '../../model/description.js';
import { readV1Path } from '../../model/paths/v1-path.js';
import { readV2Path } from '../../model/paths/v2-path.js';
import { ANY_WORKER } from '../../queue/request.js';
import { namesOf, noModel } from '../metadata/versions.js';
import { type Asked, askedBy } from '../model-key.js';
import { predictionRoute } from '../prediction-route.js';
import { type Catalog, UNLOADED } from './catalog.js';

/** What is to come, as far as a waiting request is concerned. */
export type Prospects = {
  readonly catalog: Pick<Catalog, 'models' | 'isComing' | 'versionsOf'>;
  /** Some worker is ready, boots or will be forked. */
  areWorkersComing(): boolean;
};

/** Why no worker will ever take a request of this key; undefined while waiting makes sense. */
export function whyHopeless(
  key: string,
  { catalog, areWorkersComing }: Prospects,
): RequestError | undefined {
  if (!areWorkersComing()) return noWorkers();
  if (key === ANY_WORKER) return undefined;
  const asked = askedBy(key);
  const versions = catalog.versionsOf(asked.name);
  if (versions.length === 0) {
    return new RequestError('MODEL_NOT_FOUND', `there is no model "${asked.name}" any more`);
  }
  const meant = versions.filter((one) => isMeant(one, asked));
  if (meant.length === 0) return noVersion(asked, versions);
  const isComing = meant.some(({ name, version }) => catalog.isComing(name, version));
  return isComing ? undefined : notServed(asked, meant, versions);
}

export function noWorkers(): RequestError {
  return new RequestError('NO_WORKERS', 'there are no workers, and none is coming');
}

/** An answer of the master's own, and the route that it is counted under. */
export type Refusal = { readonly route: string; readonly error: RequestError };

/**
 * Why a prediction that any worker could refuse is refused here; undefined: let a worker answer. A
 * worker holds some of the models only, so it would tell the wrong names. While one loads, its
 * names may not be known yet: a module has those that it exports.
 *
 * @param asked a request for a path of no model
 */
export function whyNobodys(
  { method, path }: { readonly method: string; readonly path: string },
  models: readonly ServedModel[],
): Refusal | undefined {
  const route = predictionRoute(method, path);
  if (route === undefined || models.length === 0) return undefined;
  if (models.some(({ state }) => state === 'LOADING')) return undefined;
  const asked = readV1Path(path) ?? readV2Path(path);
  return { route, error: asked === undefined ? noDefault(models) : noModel(models, asked.name) };
}

function noDefault(models: readonly ServedModel[]): RequestError {
  const text = `there is no default model; expected POST /v1/models/NAME:predict with NAME one of: ${namesOf(models)}`;
  return new RequestError('MODEL_NOT_FOUND', text);
}

function isMeant({ version, labels }: ServedModel, asked: Asked): boolean {
  if (asked.version !== undefined) return version === asked.version;
  return asked.label === undefined || labels.includes(asked.label);
}

function noVersion(
  { name, version, label = '' }: Asked,
  all: readonly ServedModel[],
): RequestError {
  const missing = version === undefined ? `label "${label}"` : `version "${version}"`;
  const there = all.flatMap((one) => (version === undefined ? one.labels : [one.version]));
  const expected = there.length === 0 ? 'it has none' : `expected one of: ${there.join(', ')}`;
  const text = `model "${name}" has no ${missing} any more; ${expected}`;
  return new RequestError('VERSION_NOT_FOUND', text);
}

/** @param meant at least one version, of which no worker will hold any */
function notServed(
  asked: Asked,
  meant: readonly ServedModel[],
  versions: readonly ServedModel[],
): RequestError {
  const broken = meant.findLast(isBroken);
  if (broken !== undefined) {
    const { name, version, reason } = broken;
    const text = `the model "${name}", version ${version}, is not served: ${reason}`;
    return new RequestError('MODEL_NOT_READY', text);
  }
  const { name } = asked;
  if (meant.some(isWanted)) {
    return new RequestError(
      'NO_WORKERS',
      `no worker holds the model "${name}", and none is coming`,
    );
  }
  const left = versions.filter(isWanted);
  if (left.length > 0) return noVersion(asked, left);
  return new RequestError('MODEL_NOT_FOUND', `the model "${name}" has been unloaded`);
}

function isBroken({ state, reason }: ServedModel): boolean {
  return state === 'UNAVAILABLE' && reason !== UNLOADED;
}

function isWanted({ state }: ServedModel): boolean {
  return state === 'LOADING' || state === 'READY';
}
