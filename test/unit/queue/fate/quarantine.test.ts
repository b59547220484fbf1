import { describe, expect, it } from 'vitest';
import {
  charge,
  classifyDeath,
  countedDeaths,
  type Death,
  type Ending,
  fateOf,
  isSuspect,
} from '../../../../src/queue/fate/quarantine.js';
import { FakeRequest } from '../fake-request.js';

const PLAIN: Ending = {
  code: null,
  signal: null,
  oomKillsRose: false,
  killedByMaster: false,
  brokeItsStream: false,
  wasAskedToLeave: false,
};

describe('classifyDeath', () => {
  const selfInflicted = ['SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGTRAP', 'SIGSYS'];
  it.each(selfInflicted)('%s is self-inflicted', (signal) => {
    expect(classifyDeath({ ...PLAIN, signal })).toBe('self-inflicted');
  });

  it.each([0, 1, 7, 134, 255])('an exit of its own with code %d is self-inflicted', (code) => {
    expect(classifyDeath({ ...PLAIN, code })).toBe('self-inflicted');
  });

  it.each(['SIGKILL', 'SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR2'])(
    '%s is unexplained',
    (signal) => {
      expect(classifyDeath({ ...PLAIN, signal })).toBe('unexplained');
    },
  );

  it('SIGKILL while oom_kill rose is self-inflicted, other signals are not explained by it', () => {
    expect(classifyDeath({ ...PLAIN, signal: 'SIGKILL', oomKillsRose: true })).toBe(
      'self-inflicted',
    );
    expect(classifyDeath({ ...PLAIN, signal: 'SIGTERM', oomKillsRose: true })).toBe('unexplained');
  });

  it('what the master ended is ours, whatever it looks like', () => {
    const killed = { ...PLAIN, signal: 'SIGKILL', oomKillsRose: true, killedByMaster: true };
    expect(classifyDeath(killed)).toBe('ours');
    expect(classifyDeath({ ...PLAIN, code: 0, wasAskedToLeave: true })).toBe('ours');
  });

  it('who breaks its stream and lives on is killed for it, and did it itself', () => {
    const broken = { ...PLAIN, signal: 'SIGKILL', killedByMaster: true, brokeItsStream: true };
    expect(classifyDeath(broken)).toBe('self-inflicted');
  });

  it('is unexplained when nothing is known', () => {
    expect(classifyDeath(PLAIN)).toBe('unexplained');
  });
});

describe('charge', () => {
  it.each<{ deaths: Death[]; counted: number; suspect: boolean }>([
    { deaths: [], counted: 0, suspect: false },
    { deaths: ['ours', 'ours', 'ours', 'ours', 'ours'], counted: 0, suspect: false },
    { deaths: ['self-inflicted'], counted: 1, suspect: true },
    { deaths: ['self-inflicted', 'self-inflicted'], counted: 2, suspect: true },
    { deaths: ['unexplained'], counted: 0, suspect: true },
    { deaths: ['unexplained', 'unexplained', 'unexplained'], counted: 0, suspect: true },
    {
      deaths: ['unexplained', 'unexplained', 'unexplained', 'unexplained'],
      counted: 1,
      suspect: true,
    },
    {
      deaths: ['unexplained', 'unexplained', 'unexplained', 'unexplained', 'unexplained'],
      counted: 2,
      suspect: true,
    },
    { deaths: ['unexplained', 'self-inflicted', 'unexplained', 'ours'], counted: 1, suspect: true },
  ])('$deaths count $counted', ({ deaths, counted, suspect }) => {
    const request = new FakeRequest(1);
    for (const death of deaths) charge(request, death);
    expect(countedDeaths(request)).toBe(counted);
    expect(isSuspect(request)).toBe(suspect);
  });
});

describe('fateOf', () => {
  function request(change: Partial<FakeRequest>): FakeRequest {
    return Object.assign(new FakeRequest(1), { state: 'in flight' }, change);
  }

  it.each<{ change: Partial<FakeRequest>; fate: string }>([
    { change: {}, fate: 'run again' },
    { change: { selfInflictedDeaths: 1 }, fate: 'run again' },
    { change: { selfInflictedDeaths: 2 }, fate: 'refuse' },
    { change: { unexplainedDeaths: 4 }, fate: 'run again' },
    { change: { unexplainedDeaths: 5 }, fate: 'refuse' },
    { change: { selfInflictedDeaths: 1, unexplainedDeaths: 4 }, fate: 'refuse' },
    { change: { isRetryable: false }, fate: 'refuse' },
    { change: { hasBegun: true, isRetryable: false }, fate: 'cut off' },
    { change: { hasBegun: true, selfInflictedDeaths: 2 }, fate: 'cut off' },
    { change: { isClientGone: true, hasBegun: true }, fate: 'drop' },
    { change: { state: 'done', selfInflictedDeaths: 2 }, fate: 'drop' },
  ])('$change → $fate', ({ change, fate }) => {
    expect(fateOf(request(change))).toBe(fate);
  });
});
