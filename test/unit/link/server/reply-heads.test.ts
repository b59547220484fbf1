import { expect, test } from 'vitest';
import { NO_FACTS } from '../../../../src/link/frames/reply-facts.js';
import { ReplyHeads } from '../../../../src/link/server/reply-heads.js';

const facts = { ...NO_FACTS, route: '/predict', model: 'm', version: '1' };

function found(heads: ReplyHeads, lines: string, of = facts): readonly [number, string] {
  heads.find(lines, of);
  return [heads.number, heads.told];
}

test('a head is told once, and then its number says it', () => {
  const heads = new ReplyHeads();
  expect(found(heads, 'a\n1\n')).toEqual([1, 'a\n1\n/predict\nm\n1\n']);
  expect(found(heads, 'a\n1\n')).toEqual([1, '']);
  expect(found(heads, 'a\n1\n', { ...facts })).toEqual([1, '']);
});

test('other headers or labels are another head', () => {
  const heads = new ReplyHeads();
  found(heads, 'a\n1\n');
  expect(found(heads, 'a\n2\n')).toEqual([2, 'a\n2\n/predict\nm\n1\n']);
  expect(found(heads, 'a\n2\n', { ...facts, model: 'n' })).toEqual([3, 'a\n2\n/predict\nn\n1\n']);
  expect(found(heads, 'a\n2\n', { ...facts, code: 'MODEL_ERROR' })[0]).toBe(4);
  expect(found(heads, 'a\n1\n')).toEqual([1, '']);
});

test('when numbers begin anew, the same head is told again', () => {
  const heads = new ReplyHeads();
  found(heads, 'a\n');
  for (let at = 0; at < 300; at++) found(heads, `b\n${at}\n`);
  const [number, told] = found(heads, 'a\n');
  expect(number === 0 || told !== '').toBe(true);
  // It was long enough ago that its number now means another head.
  expect(told).toBe('a\n/predict\nm\n1\n');
});
