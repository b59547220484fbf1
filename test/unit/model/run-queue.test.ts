import { expect, test } from 'vitest';
import type { RequestError } from '../../../src/errors.js';
import type { PredictContext } from '../../../src/model/model.js';
import { RunQueue } from '../../../src/model/run-queue.js';

const context: PredictContext = {
  requestId: 'r',
  signal: new AbortController().signal,
  isAbandoned: false,
};

/** A run that ends when told to. */
function manual(): {
  promise: Promise<string>;
  resolve(value: string): void;
  reject(error: Error): void;
} {
  let resolve: (value: string) => void = () => {};
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<string>((fulfil, fail) => {
    resolve = fulfil;
    reject = fail;
  });
  return { promise, resolve, reject };
}

test('a synchronous run has answered when run returns', () => {
  const answers: unknown[] = [];
  new RunQueue('m').run(
    () => 5,
    context,
    (error, result) => answers.push(error, result),
  );
  expect(answers).toEqual([undefined, 5]);
});

test('asynchronous runs go one at a time, in order, also past a failure', async () => {
  const queue = new RunQueue('m');
  const events: string[] = [];
  const runs = [manual(), manual()];
  runs.forEach((run, index) => {
    const begin = (): Promise<string> => {
      events.push(`begin ${index}`);
      return run.promise;
    };
    queue.run(begin, context, (error, result) =>
      events.push(`end ${index}: ${error?.message ?? result}`),
    );
  });
  queue.run(
    () => 'at once',
    context,
    (_error, result) => events.push(`end 2: ${result}`),
  );
  expect(events).toEqual(['begin 0']);
  runs[0]?.reject(new Error('boom\nsecond line'));
  await new Promise(setImmediate);
  expect(events).toEqual(['begin 0', 'end 0: model "m" failed: boom', 'begin 1']);
  runs[1]?.resolve('fine');
  await new Promise(setImmediate);
  expect(events.slice(3)).toEqual(['end 1: fine', 'end 2: at once']);
});

test('what a model throws is a MODEL_ERROR with its first line, the cause kept', () => {
  const cause = new Error('boom\nat secret.js');
  let got: RequestError | undefined;
  const work = (): never => {
    throw cause;
  };
  new RunQueue('m').run(work, context, (error) => {
    got = error;
  });
  expect(got).toMatchObject({ code: 'MODEL_ERROR', message: 'model "m" failed: boom', cause });
});

test('a run that nobody waits for does not begin', () => {
  let isRun = false;
  let got: RequestError | undefined;
  const work = (): void => {
    isRun = true;
  };
  new RunQueue('m').run(work, { ...context, isAbandoned: true }, (error) => {
    got = error;
  });
  expect(isRun).toBe(false);
  expect(got?.code).toBe('CLIENT_CLOSED_REQUEST');
});
