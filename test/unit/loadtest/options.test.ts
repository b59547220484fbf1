import { describe, expect, it } from 'vitest';
import { parseOptions } from '../../../loadtest/options.js';

describe('parseOptions', () => {
  it('has defaults that follow the scenario', () => {
    expect(parseOptions([])).toMatchObject({ seconds: 5, connections: [1, 16, 64], rounds: 5 });
    expect(parseOptions(['--scenario', 'crash'])).toMatchObject({ seconds: 20, connections: [50] });
    expect(parseOptions(['--scenario', 'drain'])).toMatchObject({ seconds: 3, connections: [200] });
  });

  it('reads lists and times', () => {
    const options = parseOptions(['--connections', '2,8', '--every', '500ms']);
    expect(options).toMatchObject({ connections: [2, 8], everyMs: 500 });
    expect(parseOptions(['--every', '2s']).everyMs).toBe(2000);
    expect(parseOptions(['--every', '2']).everyMs).toBe(2000);
  });

  it.each([
    [['--scenario', 'burn'], /--scenario: expected one of/],
    [['--model', 'bert'], /--model: expected one of/],
    [['--workers', '0'], /--workers: expected a whole number/],
    [['--connections', '1,x'], /--connections: expected a whole number/],
    [['--every', '1ms'], /--every: expected a time/],
    [['--every', 'soon'], /--every: expected a time/],
  ])('says what is wrong with %j', (argv, message) => {
    expect(() => parseOptions(argv)).toThrow(message);
  });
});
