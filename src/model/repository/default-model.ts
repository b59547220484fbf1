type Candidate = {
  readonly name: string;
  /** Name of the plan that gave it, where that is another one. */
  readonly plan?: string;
  readonly isLatest: boolean;
};

/** In place of a name: no model is the default one, not even where a worker holds only one of several. */
export const NO_DEFAULT = '';

/**
 * The model that answers `POST /predict`: the one that was named, else the only one there is; of
 * several versions the latest. `undefined` where neither is so.
 */
export function defaultModelOf<M extends Candidate>(
  models: readonly M[],
  name: string | undefined,
): M | undefined {
  if (name === NO_DEFAULT) return undefined;
  const wanted = name === undefined ? onlyName(models) : nameIn(models, name);
  const versions = models.filter((model) => model.name === wanted);
  return versions.find(({ isLatest }) => isLatest) ?? versions[0];
}

/** A module may call its only model otherwise than its folder is called. */
function nameIn(models: readonly Candidate[], name: string): string | undefined {
  if (models.some((model) => model.name === name)) return name;
  return onlyName(models.filter(({ plan }) => plan === name));
}

function onlyName(models: readonly Candidate[]): string | undefined {
  const [name, another] = new Set(models.map((model) => model.name));
  return another === undefined ? name : undefined;
}
