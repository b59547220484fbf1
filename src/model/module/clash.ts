/** Two models that would answer for one name, or at one path. */
import { planOf } from '../description.js';
import type { Model } from '../model.js';

/**
 * Only a module's own names can clash: those of folders are unique.
 *
 * @throws Error naming both
 */
export function checkClashes(models: readonly Model[], loaded: readonly Model[]): void {
  const before = [...loaded];
  for (const model of models) {
    const rival = before.find((other) => isRival(model, other));
    if (rival !== undefined) {
      const [one, other] = [originOf(model), originOf(rival)];
      throw new Error(`there are two models "${model.name}": ${one}, and ${other}`);
    }
    const { routes } = model;
    const neighbour = before.find((other) => takesPrefix(other, model));
    if (routes !== undefined && neighbour !== undefined) {
      const problem = `its routes are at ${routes.prefix}, as are those of "${neighbour.name}"`;
      throw new Error(`${problem}; give one of them another prefix`);
    }
    before.push(model);
  }
}

/** Versions of one plan may have models of the same names. */
function isRival(model: Model, other: Model): boolean {
  if (model.name !== other.name) return false;
  return model.version === other.version || planOf(model) !== planOf(other);
}

function takesPrefix(other: Model, { name, routes }: Model): boolean {
  return (
    other.routes !== undefined && other.routes.prefix === routes?.prefix && other.name !== name
  );
}

function originOf(model: Model): string {
  return model.plan === undefined
    ? 'that of its folder'
    : `an export of the module "${model.plan}"`;
}
