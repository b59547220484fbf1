import { flagName } from '../config/setting.js';
import type { Verb } from './verb.js';

/** What is read of the answer to `POST /reload`. */
type Report = {
  readonly generation: number;
  readonly replaced: number;
  readonly models: Readonly<Record<'added' | 'removed' | 'changed', readonly string[]>>;
  readonly settings: Readonly<Record<'taken' | 'notTaken', readonly string[]>>;
  readonly skipped: readonly { readonly name: string; readonly reason: string }[];
};

export const reload: Verb = {
  takes: [],
  doc: 'replaces every worker: settings, code and models as they are now, or all as before',
  async run(admin, _words, isJson) {
    const text = await admin.ask('POST', '/reload');
    return isJson ? text : reloadText(JSON.parse(text) as Report);
  },
};

function reloadText({ generation, replaced, models, settings, skipped }: Report): string {
  const changes = (['added', 'removed', 'changed'] as const)
    .filter((what) => models[what].length > 0)
    .map((what) => `${what} ${models[what].join(', ')}`);
  const workers = replaced === 1 ? '1 worker' : `${replaced} workers`;
  const { taken, notTaken } = settings;
  return [
    `generation ${generation}, ${workers} replaced`,
    ...(changes.length > 0 ? [`models: ${changes.join('; ')}`] : []),
    ...skipped.map(({ name, reason }) => `skipped ${name}: ${reason}`),
    ...(taken.length > 0 ? [`settings taken: ${flags(taken)}`] : []),
    ...(notTaken.length > 0 ? [`not taken until a restart: ${flags(notTaken)}`] : []),
  ].join('\n');
}

function flags(keys: readonly string[]): string {
  return keys.map(flagName).join(', ');
}
