import { constants } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { MOST_CONTAINERS, parseJsonBody } from '../../../../src/worker/body/json-body.js';
import { findJsonFault } from '../../../../src/worker/body/json-fault.js';

function faultOf(body: string | Buffer): string {
  try {
    parseJsonBody(Buffer.from(body as string));
  } catch (error) {
    expect(error).toBeInstanceOf(RequestError);
    expect((error as RequestError).code).toBe('INVALID_INPUT');
    return (error as RequestError).message;
  }
  throw new Error('it was accepted');
}

test('JSON is parsed, also behind a byte order mark', () => {
  expect(parseJsonBody(Buffer.from('{"a":[1,"é"]}'))).toEqual({ a: [1, 'é'] });
  expect(parseJsonBody(Buffer.from('\uFEFF[1]'))).toEqual([1]);
});

test('more bytes than a text can have', () => {
  // Memory that nobody writes to is only promised, not taken.
  const bytes = Buffer.alloc(constants.MAX_STRING_LENGTH + 1);
  const expected = { code: 'BODY_TOO_LARGE', statusCode: 413 };
  expect(() => parseJsonBody(bytes)).toThrow(expect.objectContaining(expected));
});

describe('a fault is named with its position', () => {
  test.each([
    ['[1,]', 3, 'expected a value, got "]"'],
    ['{"a" 1}', 5, 'expected ":", got "1"'],
    ['{a:1}', 1, 'expected a key in double quotes or "}", got "a"'],
    ['{"a":1,}', 7, 'expected a key in double quotes, got "}"'],
    ['[1 2]', 3, 'expected "," or "]", got "2"'],
    ['{"a":1 "b"}', 7, 'expected "," or "}", got "\\""'],
    ['[1]]', 3, 'expected the end of the body, got "]"'],
    ['[', 1, 'expected a value or "]", got the end'],
    ['  ', 2, 'expected a value, got the end'],
    ['[01]', 2, 'expected "," or "]", got "1"'],
    ['[1.]', 2, 'expected "," or "]", got "."'],
    ['[NaN]', 1, 'expected a value or "]", got "N"'],
    ['["\\x"]', 2, 'expected a valid escape sequence, got "\\\\"'],
    ['["a', 3, 'expected the end of a string, got the end'],
    ['["\t"]', 2, 'expected no control character in a string, got "\\t"'],
    ["['a']", 1, 'expected a value or "]", got "\'"'],
    ['[tru]', 1, 'expected a value or "]", got "t"'],
    ['[-]', 1, 'expected a value or "]", got "-"'],
  ])('%s', (text, offset, problem) => {
    expect(() => JSON.parse(text)).toThrow();
    expect(faultOf(text)).toBe(
      `the body is not valid JSON at position ${offset} (line 1, column ${offset + 1}): ${problem}`,
    );
  });

  test('lines are counted', () => {
    expect(faultOf('{\n  "a": 1,\n  b\n}')).toMatch(
      /at position 14 \(line 3, column 3\): expected a key/,
    );
  });
});

test('the search for a fault agrees with JSON.parse on random texts', () => {
  const pieces = [
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"a"',
    '"\\u00e9"',
    '1',
    '-0.5e3',
    'true',
    'null',
    ' ',
    '"',
    '\\',
  ];
  let seed = 1;
  const next = (below: number): number => {
    seed = (seed * 48271) % 2147483647;
    return seed % below;
  };
  const disputed: string[] = [];
  for (let i = 0; i < 20_000; i++) {
    const text = Array.from({ length: 1 + next(8) }, () => pieces[next(pieces.length)]).join('');
    let isJson = true;
    try {
      JSON.parse(text);
    } catch {
      isJson = false;
    }
    if ((findJsonFault(text) === undefined) !== isJson) disputed.push(text);
  }
  expect(disputed).toEqual([]);
});

describe('what would hurt is refused before it is parsed', () => {
  test('nothing, and what is not text', () => {
    expect(faultOf('')).toBe('the body is empty; expected JSON');
    expect(faultOf(Buffer.of(0x22, 0xff, 0x22))).toBe('the body is not valid UTF-8');
  });

  test('deep nesting', () => {
    expect(faultOf('['.repeat(1_000_000))).toBe(
      'the body is nested deeper than 100 levels (position 100)',
    );
    expect(faultOf('[{"a":'.repeat(1000))).toMatch(/^the body is nested deeper than 100 levels/);
  });

  test('too many arrays', () => {
    const body = `[${'[],'.repeat(MOST_CONTAINERS)}0]`;
    expect(faultOf(body)).toBe(
      'the body has 4000001 arrays and objects; expected at most 4000000: send it in parts',
    );
  });

  test('brackets in strings do not count', () => {
    const text = `${'['.repeat(5000)}\\"${'{'.repeat(5000)}\\\\`;
    expect(parseJsonBody(Buffer.from(`{"a":"${text}","b":"["}`))).toMatchObject({ b: '[' });
  });

  test('keys that reach into prototypes', () => {
    expect(faultOf('{"instances":[{"__proto__":{"a":1}}]}')).toBe(
      'the body has a key that is not allowed (__proto__)',
    );
    expect(faultOf('{"\\u005f_proto__":{"a":1}}')).toMatch(/not allowed/);
  });
});
