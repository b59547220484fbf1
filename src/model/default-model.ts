/**
 * The model that answers `POST /predict`: the one that was named, else the only one there is.
 * `undefined` where neither is so.
 */
export function defaultModelOf<M extends { readonly name: string }>(
  models: readonly M[],
  name: string | undefined,
): M | undefined {
  if (name !== undefined) return models.find((model) => model.name === name);
  return models.length === 1 ? models[0] : undefined;
}
