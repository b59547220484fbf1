import { describe, expect, test } from 'vitest';
import {
  HeadNumbers,
  HeardHeads,
  MOST_HEADS,
  ToldHeads,
} from '../../../../src/link/frames/head-numbers.js';

describe('HeadNumbers', () => {
  test('gives the same head the same number, and other heads others', () => {
    const numbers = new HeadNumbers();
    expect([numbers.of('a'), numbers.of('b'), numbers.of('a')]).toEqual([1, 2, 1]);
  });

  test('gives none to a head so long that it would not pay to keep it', () => {
    expect(new HeadNumbers().of('h'.repeat(5000))).toBe(0);
  });

  test('begins anew when all numbers are given', () => {
    const numbers = new HeadNumbers();
    for (let at = 0; at < MOST_HEADS; at += 1) {
      expect(numbers.of(`${at}`)).toBe(at + 1);
      numbers.of(`${at}`); // comes again, so that looking pays
    }
    expect(numbers.generation).toBe(0);
    expect(numbers.of('new')).toBe(1);
    expect(numbers.generation).toBe(1);
    expect(numbers.of('0')).toBe(2);
  });

  test('rests for a while where no head comes again', () => {
    const numbers = new HeadNumbers();
    for (let at = 0; at <= MOST_HEADS; at += 1) numbers.of(`${at}`);
    expect(numbers.of('often')).toBe(0);
    let looks = 1;
    while (numbers.of('often') === 0 && looks < 100_000) looks += 1;
    expect(looks).toBe(16 * 1024);
    expect(numbers.of('often')).toBeGreaterThan(0);
  });
});

test('ToldHeads tells each number once in a generation, and nobody’s number never', () => {
  const told = new ToldHeads();
  const tells = (number: number, generation: number) => told.tell(number, generation);
  expect([tells(3, 0), tells(3, 0), tells(4, 0), tells(3, 1), tells(3, 1)]).toEqual([
    false,
    true,
    false,
    false,
    true,
  ]);
  expect([tells(0, 1), tells(0, 1)]).toEqual([false, false]);
});

test('HeardHeads keeps the latest under each number, and none under nobody’s', () => {
  const heard = new HeardHeads<string>();
  heard.keep(1, 'first');
  heard.keep(1, 'second');
  heard.keep(0, 'nobody’s');
  expect([heard.get(0), heard.get(1), heard.get(2), heard.get(60_000)]).toEqual([
    undefined,
    'second',
    undefined,
    undefined,
  ]);
});
