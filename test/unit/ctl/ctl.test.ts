import { expect, test } from 'vitest';
import { ctlUsage, runVerb } from '../../../src/ctl/ctl.js';
import { ConfigError } from '../../../src/errors.js';

const VERBS = [...ctlUsage().matchAll(/^ {2}forkcast ctl (\S+)/gm)].map(([, name]) => name);
const ADMIN = { kind: 'tcp', host: '127.0.0.1', port: 1 } as const;

async function faultsOf(words: string[], admin: Parameters<typeof runVerb>[1] = ADMIN) {
  const error = await runVerb(words, admin, false).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(ConfigError);
  return (error as ConfigError).faults;
}

test.each([
  [[], `ctl: no verb given; expected one of: ${VERBS.join(', ')}.`],
  [['laod', 'x'], 'ctl laod: there is no such verb; did you mean load?'],
  [['toString'], `ctl toString: there is no such verb; expected one of: ${VERBS.join(', ')}.`],
  [['load'], 'ctl load: expected "ctl load NAME".'],
  [['scale', '-1'], 'ctl scale -1: expected a whole number.'],
  [['reload', 'now'], 'ctl reload now: expected "ctl reload".'],
  [['log-level', 'a', 'b'], 'ctl log-level a b: expected "ctl log-level [LEVEL]".'],
])('%j is said wrongly', async (words, fault) => {
  expect(await faultsOf(words)).toEqual([fault]);
});

test.each([
  [{ kind: 'tcp', host: '127.0.0.1', port: 0 } as const, '127.0.0.1:0 does not say where'],
  [{ kind: 'fd', fd: 3 } as const, 'fd://3 does not say where'],
])('an address that leads to nobody is a fault', async (admin, start) => {
  const [fault] = await faultsOf(['status'], admin);
  expect(fault?.startsWith(start)).toBe(true);
});

test('the usage names every verb', () => {
  for (const form of [
    'status',
    'models',
    'load NAME',
    'unload NAME',
    'reload',
    'scale N',
    'drain',
  ]) {
    expect(ctlUsage()).toContain(`forkcast ctl ${form} `);
  }
});
