import type { Reloadable } from './reload/reloadable.js';
import type { Trust } from './trust/trust.js';

export type ReloadableRooms = { readonly trust: Pick<Trust, 'prepare'> };

/** What a reload renews beside workers, models and settings; made ready in this order. */
export function reloadables({ trust }: ReloadableRooms): readonly Reloadable[] {
  return [{ name: 'certificates', prepare: (settings) => ({ commit: trust.prepare(settings) }) }];
}
