import type { MasterHooks } from './hooks/master-hooks.js';
import type { Reloadable } from './reload/reloadable.js';
import type { Trust } from './trust/trust.js';

export type ReloadableRooms = {
  readonly trust: Pick<Trust, 'prepare'>;
  readonly hooks: Pick<MasterHooks, 'prepare'>;
};

/** What a reload renews beside workers, models and settings; made ready in this order. */
export function reloadables({ trust, hooks }: ReloadableRooms): readonly Reloadable[] {
  return [
    { name: 'certificates', prepare: (settings) => ({ commit: trust.prepare(settings) }) },
    { name: 'hooks', prepare: (settings) => hooks.prepare(settings) },
  ];
}
