/** The body of `POST /v2/repository/index`. Pure. */
import type { ModelState, ServedModel } from '../../model/description.js';
import type { Catalog } from './catalog.js';

export type IndexEntry = {
  readonly name: string;
  /** '' where the folder cannot be read. */
  readonly version: string;
  readonly state: ModelState;
  readonly reason: string;
};

/** @param isReady only those that are, or only those that are not; all unless told */
export function repositoryIndex(
  catalog: Pick<Catalog, 'models' | 'unreadable'>,
  isReady: boolean | undefined,
): IndexEntry[] {
  const entries = [
    ...catalog.models.map(entryOf),
    ...catalog.unreadable.map(
      ({ name, reason }): IndexEntry => ({ name, version: '', state: 'UNAVAILABLE', reason }),
    ),
  ].sort(byName);
  return entries.filter(({ state }) => isReady === undefined || (state === 'READY') === isReady);
}

function entryOf({ name, version, state, reason }: ServedModel): IndexEntry {
  return { name, version, state, reason };
}

function byName(one: IndexEntry, other: IndexEntry): number {
  if (one.name === other.name) return 0;
  return one.name < other.name ? -1 : 1;
}
