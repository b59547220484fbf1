/** `forkcast ctl`: the operator's verbs, asked of a running server at its admin port. */

import { didYouMean } from '../config/closest-name.js';
import { type Address, formatAddress } from '../config/values/address.js';
import { ConfigError, EXIT, StartError } from '../errors.js';
import { AdminClient } from './admin-client.js';
import { logLevel } from './log-level.js';
import { load, models, unload } from './model-verbs.js';
import { reload } from './reload.js';
import { status } from './status.js';
import { top } from './top/top.js';
import type { Verb } from './verb.js';
import { drain, restart, scale } from './worker-verbs.js';

/** A verb of its own file is one line here. */
const VERBS: Readonly<Record<string, Verb>> = {
  status,
  top,
  models,
  load,
  unload,
  reload,
  scale,
  restart,
  drain,
  'log-level': logLevel,
};

/** @returns what is printed @throws ConfigError when it is said wrongly, StartError when it failed */
export async function runVerb(
  words: readonly string[],
  admin: Address,
  isJson: boolean,
  key?: string,
): Promise<string> {
  const [name, ...others] = words;
  const verb = findVerb(name);
  const expected = [name, ...verb.takes].join(' ');
  if (!mayTake(verb, others.length)) {
    throw new ConfigError([`ctl ${words.join(' ')}: expected "ctl ${expected}".`]);
  }
  const client = new AdminClient(admin, key);
  try {
    return await verb.run(client, others, isJson);
  } catch (error) {
    throw isUnreadable(error) ? notOurs(admin, error) : error;
  }
}

/** What was answered is no JSON, or not of the form that is expected. */
function isUnreadable(error: unknown): error is Error {
  return error instanceof SyntaxError || error instanceof TypeError;
}

function notOurs(admin: Address, cause: Error): StartError {
  const text = `what answers at ${formatAddress(admin)} is no Forkcast server, or one of another version: ${cause.message}`;
  return new StartError(EXIT.UNEXPECTED, text, { cause });
}

/** What stands in brackets may be left out. */
function mayTake({ takes }: Verb, count: number): boolean {
  const needed = takes.filter((one) => !one.startsWith('['));
  return count >= needed.length && count <= takes.length;
}

export function ctlUsage(): string {
  const lines = Object.entries(VERBS).map(([name, { takes, doc }]) => {
    const form = [name, ...takes].join(' ');
    return `  forkcast ctl ${form.padEnd(14)} ${doc}`;
  });
  return `Asks a running server, at its admin port.

${lines.join('\n')}

  --admin HOST:PORT|unix:PATH   the admin port; else what --admin-bind, FORKCAST_ADMIN_BIND or the
                                config file (-c FILE) say, as they do for the server
  --key-file FILE               keys of the admin port, of which the first is sent; else what
                                --admin-key-file and its like say, or FORKCAST_ADMIN_KEYS
  --json                        prints what the server says, for status, models and reload
  --interval DURATION           how often top looks again (1s)

Exit code 1 when the verb failed; the reason is on the standard error.
`;
}

function findVerb(name: string | undefined): Verb {
  const names = Object.keys(VERBS);
  const expected = `expected one of: ${names.join(', ')}`;
  if (name === undefined) throw new ConfigError([`ctl: no verb given; ${expected}.`]);
  const verb = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (verb !== undefined) return verb;
  const hint = didYouMean(name, names);
  throw new ConfigError([
    `ctl ${name}: there is no such verb${hint === '.' ? `; ${expected}.` : hint}`,
  ]);
}
