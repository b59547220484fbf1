import { describe, expect, it } from 'vitest';
import { parseFaultOptions } from '../../../../loadtest/faults/options.js';

const parse = (...argv: string[]) => parseFaultOptions(argv, ['kill', 'reload']);

describe('the options of the faults', () => {
  it('are all faults at their whole length unless told', () => {
    expect(parse()).toEqual({
      names: [],
      isQuick: false,
      seconds: undefined,
      workers: 2,
      through: undefined,
    });
  });

  it('choose faults, size and proxy', () => {
    const options = parse('reload', 'kill', '--quick', '--seconds', '7', '--through', 'haproxy');
    const chosen = { names: ['reload', 'kill'], isQuick: true, seconds: 7, through: 'haproxy' };
    expect(options).toMatchObject(chosen);
  });

  it.each([
    [['boil'], 'no such fault: boil; there are kill, reload'],
    [['--seconds', '0'], '--seconds: expected a whole number from 1 to 3600; got 0'],
    [['--workers', 'two'], '--workers: expected a whole number from 1 to 64; got two'],
    [['--through', 'squid'], '--through: expected one of nginx, haproxy, caddy, apache; got squid'],
  ])('%j are refused in plain words', (argv, message) => {
    expect(() => parse(...argv)).toThrow(message);
  });
});
