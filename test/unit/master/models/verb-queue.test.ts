import { expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { VerbQueue } from '../../../../src/master/models/verb-queue.js';

/** Verbs that end when they are told to. */
function stage() {
  const queue = new VerbQueue();
  const begun: string[] = [];
  const ends = new Map<string, (error?: Error) => void>();
  const run = (key: string): Promise<void> =>
    queue.run(key, () => {
      begun.push(key);
      return new Promise((resolve, reject) => {
        ends.set(key, (error) => (error === undefined ? resolve() : reject(error)));
      });
    });
  const end = async (key: string, error?: Error): Promise<void> => {
    ends.get(key)?.(error);
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { queue, begun, run, end };
}

test('runs one verb after the other, in the order they came', async () => {
  const { begun, run, end } = stage();
  const done = [run('load a'), run('load b')];
  expect(begun).toEqual(['load a']);
  await end('load a');
  expect(begun).toEqual(['load a', 'load b']);
  await end('load b');
  await Promise.all(done);
});

test('a verb that fails does not hold up the next', async () => {
  const { begun, run, end } = stage();
  const failing = expect(run('load a')).rejects.toThrow('no');
  const next = run('load b');
  await end('load a', new Error('no'));
  await failing;
  expect(begun).toEqual(['load a', 'load b']);
  await end('load b');
  await next;
});

test('the same wish as the last that waits is that one; not past another, and not the running', async () => {
  const { begun, run, end } = stage();
  const running = run('load a');
  const second = run('load a');
  expect(run('load a')).toBe(second);
  const third = run('unload a');
  const fourth = run('load a');
  expect(fourth).not.toBe(second);
  for (const key of ['load a', 'load a', 'unload a', 'load a']) await end(key);
  await Promise.all([running, second, third, fourth]);
  expect(begun).toEqual(['load a', 'load a', 'unload a', 'load a']);
});

test('takes no end of wishes', async () => {
  const { run, queue } = stage();
  const waiting = Array.from({ length: 65 }, (_, index) => run(`load ${index}`));
  await expect(run('load more')).rejects.toMatchObject({ code: 'QUEUE_FULL' });
  queue.close(new RequestError('DRAINING', 'over'));
  const ends = await Promise.allSettled(waiting.slice(1));
  expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['rejected']));
});

test('closed, it refuses who waits and who comes; the one that runs ends by itself', async () => {
  const { queue, begun, run, end } = stage();
  const running = run('load a');
  const waiting = expect(run('load b')).rejects.toMatchObject({ code: 'DRAINING' });
  queue.close(new RequestError('DRAINING', 'over'));
  await waiting;
  await expect(run('load c')).rejects.toMatchObject({ code: 'DRAINING' });
  await end('load a');
  await running;
  expect(begun).toEqual(['load a']);
});
