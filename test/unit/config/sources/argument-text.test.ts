import { describe, expect, it } from 'vitest';
import { argumentsIn } from '../../../../src/config/sources/argument-text.js';

describe('argumentsIn', () => {
  it.each([
    ['', []],
    ['  --workers 4\t-b :0 ', ['--workers', '4', '-b', ':0']],
    [`--access-log-format='%(h)s "%(r)s"' x`, ['--access-log-format=%(h)s "%(r)s"', 'x']],
    ['--env "A=1 2" --env B=""', ['--env', 'A=1 2', '--env', 'B=']],
    [`a"b c"d'e f'`, ['ab cde f']],
    ['"not closed', ['not closed']],
  ])('%j', (text, expected) => {
    expect(argumentsIn(text)).toEqual(expected);
  });
});
