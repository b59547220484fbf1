import { type ModelDescription, planOf } from '../../model/description.js';
import { keyOf } from '../model-key.js';
import type { Holding } from './generation.js';

type Holder = { readonly holding: Holding; readonly models: readonly ModelDescription[] };

/**
 * Whether both workers have loaded the very same model. The same version is not enough: its file may
 * have been replaced. What a pipeline runs lies in other models' folders, so there all must be alike.
 */
export function holdAlike(one: Holder, other: Holder, key: string): boolean {
  if (one.holding.key === other.holding.key) return true;
  const model = one.models.find(
    (held) => keyOf({ name: held.name, version: held.version }) === key,
  );
  if (model === undefined || model.runtime === 'pipeline') return false;
  const plan = planOf(model);
  const modelKey = one.holding.modelKeys.get(plan);
  return modelKey !== undefined && modelKey === other.holding.modelKeys.get(plan);
}
