import type { ServedModel } from '../../../src/model/description.js';

/** A model that is served, as the catalog tells of it. */
export function served(name: string, more: Partial<ServedModel> = {}): ServedModel {
  return {
    name,
    version: '1',
    runtime: 'module',
    isDefault: false,
    isLatest: true,
    labels: [],
    isRetryable: true,
    loadMs: 1,
    warmupMs: 1,
    state: 'READY',
    reason: '',
    ...more,
  };
}
