import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { describe, expect, test, vi } from 'vitest';
import { RequestError } from '../../../src/errors.js';
import type { PredictContext } from '../../../src/model/model.js';
import { type PieceRule, RunQueue, STREAMED } from '../../../src/model/run-queue.js';

const context: PredictContext = {
  requestId: 'r',
  signal: new AbortController().signal,
  isAbandoned: false,
};

const RULE: PieceRule = { check: (piece) => piece, canJoin: true };

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
  new RunQueue('m', RULE).run(
    () => 5,
    context,
    (error, result) => answers.push(error, result),
  );
  expect(answers).toEqual([undefined, 5]);
});

test('asynchronous runs go one at a time, in order, also past a failure', async () => {
  const queue = new RunQueue('m', RULE);
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
  new RunQueue('m', RULE).run(work, context, (error) => {
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
  new RunQueue('m', RULE).run(work, { ...context, isAbandoned: true }, (error) => {
    got = error;
  });
  expect(isRun).toBe(false);
  expect(got?.code).toBe('CLIENT_CLOSED_REQUEST');
});

type Outcome = { readonly code: string | undefined; readonly result: unknown };

function outcome(
  work: () => unknown,
  told: Partial<PredictContext> = {},
  rule: PieceRule = RULE,
): Promise<Outcome> {
  return new Promise((resolve) => {
    new RunQueue('m', rule).run(work, { ...context, ...told }, (error, result) =>
      resolve({ code: error?.code, result }),
    );
  });
}

async function* count(to: number): AsyncGenerator<number> {
  for (let number = 1; number <= to; number += 1) yield number;
}

/** A sink that notes what it got. */
function sink(): { readonly taken: unknown[]; take(piece: unknown): undefined } {
  const taken: unknown[] = [];
  return { taken, take: (piece) => void taken.push(piece) };
}

describe('a model that streams', () => {
  const FORMS: [string, () => unknown][] = [
    ['an asynchronous generator', () => count(3)],
    ['a generator', () => [1, 2, 3].values()],
    ['the promise of a generator', async () => count(3)],
    ['a stream of Node', () => Readable.from([1, 2, 3])],
    ['a stream of the web', () => ReadableStream.from([1, 2, 3])],
  ];
  test.each(FORMS)('%s: hands on its pieces', async (_form, work) => {
    const { taken, take } = sink();
    expect(await outcome(work, { takePiece: take })).toEqual({ code: undefined, result: STREAMED });
    expect(taken).toEqual([1, 2, 3]);
  });

  test('is joined for who wants a whole result, or refused where that is none', async () => {
    expect(await outcome(() => count(2))).toEqual({ code: undefined, result: [1, 2] });
    const refused = await outcome(() => count(2), {}, { ...RULE, canJoin: false });
    expect(refused.code).toBe('INVALID_INPUT');
  });

  test('is pulled no faster than its pieces are taken, and holds back who comes next', async () => {
    const queue = new RunQueue('m', RULE);
    const events: string[] = [];
    const { promise, resolve } = manual();
    const takePiece = (piece: unknown): Promise<void> => {
      events.push(`took ${piece}`);
      return promise.then(() => {});
    };
    async function* work(): AsyncGenerator<number> {
      for (const number of [1, 2]) {
        events.push(`made ${number}`);
        yield number;
      }
    }
    const ended = new Promise<void>((done) => {
      queue.run(work, { ...context, takePiece }, () => events.push('end'));
      queue.run(
        () => 'at once',
        context,
        () => {
          events.push('next');
          done();
        },
      );
    });
    await new Promise(setImmediate);
    expect(events).toEqual(['made 1', 'took 1']);
    resolve('');
    await ended;
    expect(events.slice(2)).toEqual(['made 2', 'took 2', 'end', 'next']);
  });

  test('gets to its finally when the client has left, and is no fault of the model', async () => {
    const left = { ...context, isAbandoned: false };
    let isFinal = false;
    async function* work(): AsyncGenerator<number> {
      try {
        yield* count(1000);
      } finally {
        isFinal = true;
      }
    }
    const taken: unknown[] = [];
    const takePiece = (piece: unknown): undefined => {
      left.isAbandoned = taken.push(piece) === 2;
    };
    const code = await new Promise((resolve) => {
      const told = Object.assign(left, { takePiece });
      new RunQueue('m', RULE).run(work, told, (error) => resolve(error?.code));
    });
    expect({ code, taken, isFinal }).toEqual({
      code: 'CLIENT_CLOSED_REQUEST',
      taken: [1, 2],
      isFinal: true,
    });
  });

  test('that throws, or makes a piece that does not fit, ends in its error', async () => {
    async function* work(): AsyncGenerator<number> {
      yield 1;
      throw new Error('out of tokens');
    }
    const { taken, take } = sink();
    expect((await outcome(work, { takePiece: take })).code).toBe('MODEL_ERROR');
    expect(taken).toEqual([1]);
    const check = (): never => {
      throw new RequestError('MODEL_ERROR', 'does not fit');
    };
    const misfit = await outcome(() => count(2), { takePiece: take }, { check, canJoin: false });
    expect(misfit.code).toBe('MODEL_ERROR');
  });

  test('counts what it computes, not what its client takes', async () => {
    let nowMs = 0;
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    async function* work(): AsyncGenerator<number> {
      for (const number of [1, 2]) {
        nowMs += 5;
        yield number;
      }
    }
    const takePiece = async (): Promise<void> => {
      nowMs += 1000;
    };
    const micros = await new Promise((resolve) => {
      const told = { ...context, takePiece };
      new RunQueue('m', RULE).run(work, told, (_error, _result, runMicros) => resolve(runMicros));
    });
    clock.mockRestore();
    expect(micros).toBe(10_000);
  });
});

test('what an abandoned run throws is not the model’s fault', async () => {
  const left = { ...context, isAbandoned: false };
  const code = await new Promise((resolve) => {
    const work = async (): Promise<never> => {
      await new Promise(setImmediate);
      throw new Error('aborted');
    };
    new RunQueue('m', RULE).run(work, left, (error) => resolve(error?.code));
    left.isAbandoned = true;
  });
  expect(code).toBe('CLIENT_CLOSED_REQUEST');
});
