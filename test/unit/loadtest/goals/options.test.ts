import { describe, expect, it } from 'vitest';
import { goalUsage, parseGoalOptions } from '../../../../loadtest/goals/options.js';

const KNOWN = ['cpu', 'start'];

describe('parseGoalOptions', () => {
  it('takes all goals unless some are named', () => {
    const none = { rounds: undefined, seconds: undefined };
    const all = { names: [], isQuick: false, ...none, arrivals: 'poisson' };
    expect(parseGoalOptions([], KNOWN)).toEqual(all);
    const some = parseGoalOptions(['start', '--quick', '--rounds', '3', '--seconds=9'], KNOWN);
    expect(some).toMatchObject({ names: ['start'], isQuick: true, rounds: 3, seconds: 9 });
    expect(parseGoalOptions(['--arrivals', 'fixed'], KNOWN).arrivals).toBe('fixed');
  });

  it.each([
    [['speed'], /no such goal: speed; there are cpu, start/],
    [['--rounds', '0'], /--rounds: expected a whole number from 1/],
    [['--arrivals', 'never'], /--arrivals: expected poisson or fixed; got never/],
    [['--seconds', '1e9'], /--seconds: expected a whole number/],
  ])('says what is wrong with %j', (argv, message) => {
    expect(() => parseGoalOptions(argv, KNOWN)).toThrow(message);
  });

  it('tells the goals by name and title', () => {
    expect(goalUsage([{ name: 'cpu', title: 'CPU per request' }])).toContain(
      'cpu  CPU per request',
    );
  });
});
