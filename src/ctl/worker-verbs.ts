import { ConfigError } from '../errors.js';
import type { AdminClient } from './admin-client.js';
import type { Verb } from './verb.js';

export const scale: Verb = {
  takes: ['N'],
  doc: 'changes the number of workers; over when so many are ready',
  async run(admin, [text = '']) {
    const workers = wholeNumber('scale', text);
    await ask(admin, '/scale', { workers });
    return workers === 1 ? '1 worker is ready' : `${workers} workers are ready`;
  },
};

export const restart: Verb = {
  takes: ['SLOT'],
  doc: 'puts another worker into a slot; over when it is ready and the old one is gone',
  async run(admin, [text = '']) {
    const slot = wholeNumber('restart', text);
    await ask(admin, '/restart', { slot });
    return `slot ${slot} has a new worker`;
  },
};

export const drain: Verb = {
  takes: [],
  doc: 'stops the server as SIGTERM does: what was accepted is answered; over when that has begun',
  async run(admin) {
    await ask(admin, '/drain');
    return 'the server drains; it exits when everything is answered';
  },
};

function wholeNumber(verb: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new ConfigError([`ctl ${verb} ${text}: expected a whole number.`]);
}

async function ask(admin: AdminClient, path: string, body?: unknown): Promise<void> {
  await admin.ask('POST', path, body);
}
