import { expect, test } from 'vitest';
import { StoppedWatch } from '../../../../src/master/workers/stopped-watch.js';

class Watched {
  load: object | undefined = {};
  isSuspended = false;
  readonly killedAs: string[] = [];

  kill(_reason: string, as: string): void {
    this.killedAs.push(as);
  }
}

test('who is seen stopped in two looks, a second apart, is killed', () => {
  const watch = new StoppedWatch();
  const [stopped, running] = [new Watched(), new Watched()];
  const look = (nowMs: number): void => watch.look([stopped, running], nowMs);
  look(0);
  stopped.isSuspended = true;
  look(500);
  look(1000);
  look(1999);
  expect(stopped.killedAs).toEqual([]);
  look(2000);
  expect(stopped.killedAs).toEqual(['stopped']);
  expect(running.killedAs).toEqual([]);
});

test('who boots is left to the boot timeout', () => {
  const watch = new StoppedWatch();
  const worker = new Watched();
  worker.load = undefined;
  worker.isSuspended = true;
  for (let nowMs = 0; nowMs < 5000; nowMs += 1000) watch.look([worker], nowMs);
  expect(worker.killedAs).toEqual([]);
});

test('who goes on in between is not', () => {
  const watch = new StoppedWatch();
  const worker = new Watched();
  for (let nowMs = 0; nowMs < 10_000; nowMs += 1000) {
    worker.isSuspended = nowMs % 2000 === 0;
    watch.look([worker], nowMs);
  }
  expect(worker.killedAs).toEqual([]);
});
