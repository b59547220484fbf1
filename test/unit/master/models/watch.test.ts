import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Appearance } from '../../../../src/master/models/repository-look.js';
import { Sightings, Watch } from '../../../../src/master/models/watch.js';
import { capturedLog } from '../captured-log.js';

function looks(...texts: Record<string, string>[]): Appearance[] {
  return texts.map((text) => new Map(Object.entries(text)));
}

/** What is seen to have changed, look by look. */
function seen(taken: Record<string, string>, ...later: Record<string, string>[]): string[][] {
  const sightings = new Sightings(new Map(Object.entries(taken)));
  return looks(...later).map((look) => [...sightings.see(look)]);
}

describe('a file that is learned of later', () => {
  test('has changed when it looks otherwise than it did when it was read', () => {
    const sightings = new Sightings(new Map());
    sightings.learn('a', '1');
    sightings.learn('b', '1');
    sightings.learn('missing', '');
    const look = new Map(Object.entries({ a: '1', b: '2', missing: '1' }));
    expect([...sightings.see(look)]).toEqual([]);
    expect([...sightings.see(look)]).toEqual(['b', 'missing']);
    sightings.learn('a', '0');
    expect([...sightings.see(look)]).toEqual([]);
  });
});

describe('a change counts', () => {
  test('once two looks see the same', () => {
    expect(seen({ a: '1' }, { a: '2' }, { a: '2' }, { a: '2' })).toEqual([[], ['a'], []]);
  });

  test('not while it goes on', () => {
    expect(seen({ a: '1' }, { a: '2' }, { a: '3' }, { a: '4' }, { a: '4' })).toEqual([
      [],
      [],
      [],
      ['a'],
    ]);
  });

  test('not when it was taken back', () => {
    expect(seen({ a: '1' }, { a: '2' }, { a: '1' }, { a: '1' })).toEqual([[], [], []]);
  });

  test('when something comes, or goes', () => {
    expect(seen({ a: '1' }, { b: '1' }, { b: '1' }, { b: '1' })).toEqual([[], ['b', 'a'], []]);
  });
});

describe('a watch', () => {
  const INTERVAL_MS = 2000;
  let now: Record<string, string>;
  let taken: string[][];
  let fails: boolean;
  let release: (() => void) | undefined;
  let watch: Watch;
  let captured: ReturnType<typeof capturedLog>;

  beforeEach(() => {
    vi.useFakeTimers();
    now = { a: '1' };
    taken = [];
    fails = false;
    release = undefined;
    captured = capturedLog();
    watch = new Watch(new Map(Object.entries(now)), {
      intervalMs: INTERVAL_MS,
      news: 'repository changed',
      log: captured.log,
      look: async () => new Map(Object.entries(now)),
      take: async (paths) => {
        taken.push([...paths]);
        if (fails) throw new Error('broken');
        if (release === undefined) return;
        await new Promise<void>((resolve) => {
          release = resolve;
        });
      },
    });
  });

  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });

  const intervals = (count: number) => vi.advanceTimersByTimeAsync(count * INTERVAL_MS);

  test('takes what has changed and come to rest', async () => {
    await intervals(3);
    now = { a: '2', b: '1' };
    await intervals(1);
    expect(taken).toEqual([]);
    await intervals(3);
    expect(taken).toEqual([['a', 'b']]);
  });

  test('tells what is broken once for each change', async () => {
    fails = true;
    now = { a: '2' };
    await intervals(5);
    expect(taken).toEqual([['a']]);
    const errors = captured.lines().filter(({ level }) => level === 'error');
    expect(errors).toMatchObject([{ msg: 'change not taken', reason: 'broken' }]);
    now = { a: '3' };
    await intervals(5);
    expect(taken).toEqual([['a'], ['a']]);
  });

  test('does not look while a change is being taken', async () => {
    release = () => {};
    now = { a: '2' };
    await intervals(2);
    now = { a: '3' };
    await intervals(10);
    expect(taken).toEqual([['a']]);
    release();
    release = undefined;
    await intervals(3);
    expect(taken).toEqual([['a'], ['a']]);
  });

  test('ends', async () => {
    watch.close();
    now = { a: '2' };
    await intervals(5);
    expect(taken).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
