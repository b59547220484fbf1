import { expect, test } from 'vitest';
import { parseLenientJson } from '../../../../../src/model/trees/xgboost/lenient-json.js';

test('NaN and infinities are numbers, but not in strings', () => {
  const text = '{"NaN": [NaN, -Infinity,Infinity, "NaN \\" Infinity \\\\"], "b": "\\\\", "c": NaN}';
  expect(parseLenientJson(text)).toEqual({
    NaN: [null, -Infinity, Infinity, 'NaN " Infinity \\'],
    b: '\\',
    c: null,
  });
});

test.each(['{"a": NaN', '{"a": "NaN}', '["\\', 'Infinit', '{"a": naN}', ''])(
  '%s is not JSON',
  (text) => {
    expect(() => parseLenientJson(text)).toThrow(/^not valid JSON: /);
  },
);

test('a long text of open strings takes no longer than others', () => {
  const text = `["NaN", NaN, ${'"\\"'.repeat(300_000)}`;
  expect(() => parseLenientJson(text)).toThrow('not valid JSON');
});
