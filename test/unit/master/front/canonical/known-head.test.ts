import { describe, expect, test } from 'vitest';
import { HeadCache } from '../../../../../src/master/front/canonical/head-cache.js';
import type { KnownHead } from '../../../../../src/master/front/canonical/known-head.js';

const LIMITS = { lineBytes: 0, fields: 0, fieldBytes: 0 };
const post = (length: string, last = 'X: y'): string =>
  `POST /predict HTTP/1.1\r\nHost: a\r\nContent-Length: ${length}\r\n${last}\r\n\r\n`;

function known(text: string, limits = LIMITS): KnownHead {
  const bytes = Buffer.from(`..${text}body`, 'latin1');
  const head = new HeadCache(() => limits).read(bytes, 2, 2 + text.length);
  if (head === undefined) throw new Error('it is not canonical');
  return head;
}

function at(head: KnownHead, text: string): [end: number, bodyBytes: number] | undefined {
  return head.isAt(Buffer.from(`.${text}`, 'latin1'), 1)
    ? [head.end - 1, head.bodyBytes]
    : undefined;
}

test('is found again where it stands, with what it says of its body', () => {
  const head = known(post('12'));
  expect([head.end, head.bodyBytes]).toEqual([2 + post('12').length, 12]);
  expect(at(head, `${post('12')}whatever`)).toEqual([post('12').length, 12]);
});

test.each(['0', '7', '99', '100', '123456789012345'])('with the length %s, too', (length) => {
  expect(at(known(post('12')), post(length))).toEqual([post(length).length, Number(length)]);
});

describe('is not found', () => {
  test.each([
    ...['', '05', '00', '+5', '5 ', ' 5', '5,5', '0x5', '1e1', '1234567890123456', '12\n', 'a'],
  ])('with the length %j', (length) => {
    expect(at(known(post('12')), post(length))).toBeUndefined();
  });

  test('with another byte anywhere, or with one too few', () => {
    const head = known(post('12'));
    const text = post('34');
    for (let place = 0; place < text.length; place += 1) {
      const changed = `${text.slice(0, place)}\x01${text.slice(place + 1)}`;
      expect([place, at(head, changed)]).toEqual([place, undefined]);
      expect([place, at(head, text.slice(0, place))]).toEqual([place, undefined]);
    }
  });
});

test('without a body it is found as it is', () => {
  const text = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
  expect(at(known(text), text)).toEqual([text.length, 0]);
  expect(at(known(text), text.replace('/', '/a'))).toBeUndefined();
});

test('where a limit could depend on its digits, only the same length will do', () => {
  const head = known(post('12'), { ...LIMITS, fieldBytes: 20 });
  expect(at(head, post('12'))).toEqual([post('12').length, 12]);
  expect(at(head, post('13'))).toBeUndefined();
});
