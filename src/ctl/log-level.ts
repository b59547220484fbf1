import type { Verb } from './verb.js';

export const logLevel: Verb = {
  takes: ['[LEVEL]'],
  doc: 'shows the level of the log, or changes it until the next start',
  async run(admin, [level], isJson) {
    const text = await (level === undefined
      ? admin.ask('GET', '/log-level')
      : admin.ask('POST', '/log-level', { level }));
    return isJson ? text : (JSON.parse(text) as { readonly level: string }).level;
  },
};
