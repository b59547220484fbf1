import { describe, expect, test } from 'vitest';
import { EXIT, RequestError, StartError } from '../../../../src/errors.js';
import type { InstancesModel, TensorModel } from '../../../../src/model/model.js';
import type { TensorSpec } from '../../../../src/model/tensor/signature.js';
import type { Tensors } from '../../../../src/model/tensor/tensor.js';
import { tryModel } from '../../../../src/worker/life/trial.js';
import { warmUp } from '../../../../src/worker/life/warm-up.js';
import { PLAIN } from '../plain-model.js';

const X: TensorSpec = { name: 'x', dtype: 'float32', shape: [-1, 3] };

type Seen = { readonly model: TensorModel; readonly inputs: Tensors[] };

/** Notes what it is run on; fails on values above 8. */
function tensors(given: Partial<TensorModel> = {}): Seen {
  const inputs: Tensors[] = [];
  const model: TensorModel = {
    ...PLAIN,
    runtime: 'onnx',
    kind: 'tensors',
    signature: { inputs: [X], outputs: [X] },
    run(tensorsIn, _context, finish) {
      inputs.push(tensorsIn);
      const isTooMuch = Array.from(tensorsIn.x?.data as Float32Array).some((value) => value > 8);
      const error = isTooMuch ? new RequestError('MODEL_ERROR', 'too much') : undefined;
      finish(error, error === undefined ? tensorsIn : undefined, 1);
    },
    ...given,
  };
  return { model, inputs };
}

function valuesOf(inputs: readonly Tensors[]): number[][] {
  return inputs.map(({ x }) => Array.from(x?.data as Float32Array));
}

/** What was logged. */
function log() {
  const lines: { facts: object; message: string | undefined }[] = [];
  const write = (facts: object, message?: string) => void lines.push({ facts, message });
  return { lines, info: write, warn: write, error: write, fatal: write };
}

const EXAMPLES = [{ instances: [[1, 2, 3]] }, { inputs: { x: [[4, 5, 6]] } }];

describe('warming up', () => {
  test('runs one example, or each of several in order', async () => {
    const one = tensors({ warmup: { instances: [[7, 7, 7]] } });
    await warmUp(one.model, log());
    expect(valuesOf(one.inputs)).toEqual([[7, 7, 7]]);
    const several = tensors({ warmup: EXAMPLES });
    await warmUp(several.model, log());
    expect(valuesOf(several.inputs)).toEqual([
      [1, 2, 3],
      [4, 5, 6],
    ]);
  });

  test('ends the boot with 11 when the model fails on an example', async () => {
    const { model, inputs } = tensors({ warmup: [...EXAMPLES, { instances: [[9, 9, 9]] }] });
    const error = await warmUp(model, log()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({
      exitCode: EXIT.MODEL_LOAD_FAILED,
      message: 'model "m" failed on its warm-up example: too much',
    });
    expect(inputs).toHaveLength(3);
  });

  test.each(['onnx', 'xgboost', 'lightgbm', 'tfjs'] as const)(
    'runs a model of %s without an example on zeros',
    async (runtime) => {
      const { model, inputs } = tensors({ runtime });
      await warmUp(model, log());
      expect(inputs).toEqual([
        { x: { dtype: 'float32', shape: [1, 3], data: new Float32Array(3) } },
      ]);
    },
  );

  test.each([
    ['a module', { runtime: 'module' }],
    ['a pipeline', { runtime: 'pipeline' }],
    ['who asks for none', { warmup: false }],
    [
      'a model whose inputs are huge',
      { signature: { inputs: [{ ...X, shape: [4096, 4097] }], outputs: [] } },
    ],
  ] as const)('does not run %s', async (_who, given) => {
    const { model, inputs } = tensors(given);
    await warmUp(model, log());
    expect(inputs).toEqual([]);
  });

  test('takes no offence where zeros are refused, and says so', async () => {
    const { model } = tensors({
      run: (_inputs, _context, finish) =>
        finish(new RequestError('INVALID_INPUT', 'no zeros'), undefined, 1),
    });
    const own = log();
    await warmUp(model, own);
    expect(own.lines).toMatchObject([
      { facts: { model: 'm' }, message: 'warm-up on zeros failed' },
    ]);
  });

  test('gives instances as they are to a model without a signature', async () => {
    const seen: unknown[] = [];
    const model: InstancesModel = {
      ...PLAIN,
      runtime: 'module',
      kind: 'instances',
      warmup: { instances: ['a', { b: 1 }] },
      run: (instances, _context, finish) => {
        seen.push(instances);
        finish(undefined, instances, 1);
      },
    };
    await warmUp(model, log());
    expect(seen).toEqual([['a', { b: 1 }]]);
  });
});

describe('a trial', () => {
  test('runs the first example twice, the others once, and measures', async () => {
    const { model, inputs } = tensors({ warmup: EXAMPLES });
    const { runs, memoryBytes } = await tryModel(model, 0);
    expect(valuesOf(inputs)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [4, 5, 6],
    ]);
    expect(runs).toEqual({
      on: 'example',
      firstRunMs: expect.any(Number),
      secondRunMs: expect.any(Number),
    });
    expect(memoryBytes).toBeGreaterThan(1_000_000);
  });

  test('says what it ran on, or that it ran on nothing, or that zeros were refused', async () => {
    expect((await tryModel(tensors().model, 0)).runs?.on).toBe('zeros');
    const idle = await tryModel(tensors({ runtime: 'module' }).model, 0);
    expect(idle).toEqual({ name: 'm', version: '1', memoryBytes: expect.any(Number) });
    const run: TensorModel['run'] = (_inputs, _context, finish) =>
      finish(new RequestError('INVALID_INPUT', 'no zeros\nat all'), undefined, 1);
    const refusing = await tryModel(tensors({ run }).model, 0);
    expect(refusing).toMatchObject({ refusal: 'no zeros' });
    expect(refusing.runs).toBeUndefined();
  });

  test('fails where the model fails on its own example', async () => {
    const { model } = tensors({ warmup: { instances: [[9, 9, 9]] } });
    await expect(tryModel(model, 0)).rejects.toMatchObject({ exitCode: EXIT.MODEL_LOAD_FAILED });
  });
});
