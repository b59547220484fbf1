import type { AdminClient } from './admin-client.js';
import { textTable } from './text-table.js';
import type { Verb } from './verb.js';

export const load: Verb = {
  takes: ['NAME'],
  doc: 'reads one model anew and serves it; over when all workers hold it',
  run: (admin, [name = '']) => change(admin, modelPath(name, 'load'), `${name} is loaded`),
};

export const unload: Verb = {
  takes: ['NAME'],
  doc: 'serves a model no longer',
  run: (admin, [name = '']) => change(admin, modelPath(name, 'unload'), `${name} is unloaded`),
};

type IndexEntry = {
  readonly name: string;
  readonly version: string;
  readonly state: string;
  readonly reason: string;
};

export const models: Verb = {
  takes: [],
  doc: 'lists the models and their states',
  async run(admin, _words, isJson) {
    const text = await admin.ask('POST', '/v2/repository/index');
    return isJson ? text : modelTable(JSON.parse(text) as readonly IndexEntry[]);
  },
};

export function modelTable(entries: readonly IndexEntry[]): string {
  const rows = entries.map(({ name, version, state, reason }) => [name, version, state, reason]);
  return textTable([['MODEL', 'VERSION', 'STATE', 'REASON'], ...rows]);
}

function modelPath(name: string, verb: string): string {
  return `/v2/repository/models/${encodeURIComponent(name)}/${verb}`;
}

async function change(admin: AdminClient, path: string, done: string): Promise<string> {
  await admin.ask('POST', path);
  return done;
}
