/** Which versions of which model a path means. */
import { RequestError } from '../../errors.js';
import type { ServedModel } from '../../model/description.js';
import type { ModelPath } from '../../model/paths/model-path.js';

/** Names come from clients: a message shows only so much of one. */
const LONGEST_SHOWN = 128;

export function isKnown(models: readonly ServedModel[], name: string): boolean {
  return models.some((model) => model.name === name);
}

/**
 * The versions of the path's model: the one it names, or all.
 *
 * @returns at least one
 * @throws RequestError MODEL_NOT_FOUND, VERSION_NOT_FOUND
 */
export function versionsMeantBy(
  models: readonly ServedModel[],
  { name, version, label }: ModelPath,
): readonly ServedModel[] {
  const versions = models.filter((model) => model.name === name);
  if (versions.length === 0) throw noModel(models, name);
  const meant = versions.filter(
    (one) =>
      (version === undefined || one.version === version) &&
      (label === undefined || one.labels.includes(label)),
  );
  if (meant.length > 0) return meant;
  const missing =
    version === undefined ? `label ${shown(label ?? '')}` : `version ${shown(version)}`;
  const there = versions.flatMap((one) => (version === undefined ? one.labels : [one.version]));
  const expected = there.length === 0 ? 'it has none' : `expected one of: ${there.join(', ')}`;
  const text = `model ${shown(name)} has no ${missing}; ${expected}`;
  throw new RequestError('VERSION_NOT_FOUND', text);
}

/** What to say of a name that no model has. */
export function noModel(models: readonly ServedModel[], name: string): RequestError {
  const text = `there is no model ${shown(name)}; expected one of: ${namesOf(models)}`;
  return new RequestError('MODEL_NOT_FOUND', text);
}

/** The names of these models, each once, as a message lists them. */
export function namesOf(models: readonly ServedModel[]): string {
  return [...new Set(models.map((model) => model.name))].join(', ');
}

/** The one version a prediction at this path would be made with. */
export function meantBy(models: readonly ServedModel[], path: ModelPath): ServedModel {
  const versions = versionsMeantBy(models, path);
  const ready = versions.filter(({ state }) => state === 'READY');
  const meant = ready.find(({ isLatest }) => isLatest) ?? ready.at(-1) ?? versions.at(-1);
  return meant as ServedModel; // there is at least one
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, LONGEST_SHOWN));
}
