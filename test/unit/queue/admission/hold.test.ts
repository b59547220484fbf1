import { describe, expect, it } from 'vitest';
import { chooseHolds } from '../../../../src/queue/admission/hold.js';
import { Progress } from '../../../../src/queue/admission/progress.js';

describe('Progress', () => {
  it('tells a movement from a step', () => {
    const progress = new Progress(100);
    progress.look('a', 0, 1000);
    progress.look('a', 1, 2000);
    expect(progress).toMatchObject({ movedAtMs: 2000, steppedAtMs: 1000 });
    progress.look('a', 1, 3000);
    expect(progress).toMatchObject({ movedAtMs: 2000, steppedAtMs: 1000 });
    progress.look('a', 100, 4000);
    expect(progress).toMatchObject({ movedAtMs: 4000, steppedAtMs: 4000 });
  });

  it('sees single bytes add up to a step, and begins anew with another one', () => {
    const progress = new Progress(100);
    for (let n = 0; n <= 100; n += 1) progress.look('a', n, n);
    expect(progress.steppedAtMs).toBe(100);
    progress.look('b', 100, 500);
    expect(progress).toMatchObject({ movedAtMs: 500, steppedAtMs: 500 });
    expect([progress.isOf('a'), progress.isOf('b')]).toEqual([false, true]);
    progress.forget();
    expect(progress.isOf('b')).toBe(false);
  });
});

describe('chooseHolds', () => {
  const holds = [
    { name: 'newest', bytes: 50, stalledSinceMs: 9000 },
    { name: 'oldest', bytes: 10, stalledSinceMs: 1000 },
    { name: 'older', bytes: 20, stalledSinceMs: 2000 },
  ];

  it.each([
    { needed: 0, names: [] },
    { needed: 5, names: ['oldest'] },
    { needed: 10, names: ['oldest'] },
    { needed: 11, names: ['oldest', 'older'] },
    // Ending both would free 30, and help nobody.
    { needed: 31, names: [] },
  ])('takes the longest stalled first, for $needed bytes: $names', ({ needed, names }) => {
    expect(chooseHolds(holds, needed, 2000, 10_000).map(({ name }) => name)).toEqual(names);
  });

  it('takes whoever there is when there is no patience left', () => {
    expect(chooseHolds(holds, 31, 0, 10_000).map(({ name }) => name)).toEqual([
      'oldest',
      'older',
      'newest',
    ]);
  });
});
