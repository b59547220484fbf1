/**
 * The model that answers `POST /predict`: the one that was named, else the only one there is; of
 * several versions the latest. `undefined` where neither is so.
 */
export function defaultModelOf<M extends { readonly name: string; readonly isLatest: boolean }>(
  models: readonly M[],
  name: string | undefined,
): M | undefined {
  const wanted = name ?? onlyName(models);
  const versions = models.filter((model) => model.name === wanted);
  return versions.find(({ isLatest }) => isLatest) ?? versions[0];
}

function onlyName(models: readonly { readonly name: string }[]): string | undefined {
  const [name, another] = new Set(models.map((model) => model.name));
  return another === undefined ? name : undefined;
}
