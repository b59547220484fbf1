import { expect, test } from 'vitest';
import { BatchCost } from '../../../../src/queue/fleet/batch-cost.js';
import { BatchWatch } from '../../../../src/queue/fleet/batch-watch.js';

class Seen extends BatchCost {
  readonly runs: string[] = [];

  override observe(rows: number, runMs: number): void {
    this.runs.push(`${rows} rows ${runMs} ms`);
  }
}

test.each<[string, readonly [rows: number, own: number, share: number][], string[]]>([
  [
    'requests by themselves',
    [
      [1, 1, 5],
      [1, 1, 6],
    ],
    ['1 rows 5 ms', '1 rows 6 ms'],
  ],
  [
    'a batch of three',
    [
      [4, 1, 2],
      [4, 2, 4],
      [4, 1, 2],
    ],
    ['4 rows 8 ms'],
  ],
  [
    'two batches of the same size',
    [
      [2, 1, 1],
      [2, 1, 1],
      [2, 1, 3],
      [2, 1, 3],
    ],
    ['2 rows 2 ms', '2 rows 6 ms'],
  ],
  [
    'a batch whose end is missing',
    [
      [3, 1, 1],
      [2, 1, 1],
      [2, 1, 1],
    ],
    ['3 rows 3 ms', '2 rows 2 ms'],
  ],
  [
    'figures that are none',
    [
      [0, 0, 1],
      [1, 2, 1],
    ],
    [],
  ],
])('of %s each run is seen once', (_name, replies, runs) => {
  const cost = new Seen();
  const watch = new BatchWatch();
  for (const [rows, own, share] of replies) watch.saw(cost, 100, rows, own, share);
  expect(cost.runs).toEqual(runs);
});

test('batches of different models are not taken for one', () => {
  const [one, other] = [new Seen(), new Seen()];
  const watch = new BatchWatch();
  for (const cost of [one, other]) watch.saw(cost, 100, 2, 1, 1);
  expect([one.runs, other.runs]).toEqual([['2 rows 2 ms'], ['2 rows 2 ms']]);
});
