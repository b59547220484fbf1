import { describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import type { Model, PredictContext, TensorModel } from '../../../../src/model/model.js';
import type { TensorOverrides } from '../../../../src/model/settings/tensor-forms.js';
import { withOverrides } from '../../../../src/model/signature/mapped-model.js';
import type { TensorSpec } from '../../../../src/model/tensor/signature.js';
import type { Tensors } from '../../../../src/model/tensor/tensor.js';

const base = {
  name: 'm',
  version: '1',
  runtime: 'onnx',
  isLatest: true,
  labels: [],
  isRetryable: true,
  dispose: async () => {},
} as const;

const X: TensorSpec = { name: 'X', dtype: 'float32', shape: [-1, 4] };
const AGE: TensorSpec = { name: 'age', dtype: 'int64', shape: [-1], isOptional: true };
const LABEL: TensorSpec = { name: 'label', dtype: 'int64', shape: [-1] };
const SCORES: TensorSpec = { name: 'scores', dtype: 'float32', shape: [-1, 3] };

const seen: Tensors[] = [];

/** Answers each input under the name of an output, or fails as told. */
function model(given: Partial<TensorModel> = {}): TensorModel {
  return {
    ...base,
    kind: 'tensors',
    signature: { inputs: [X, AGE], outputs: [LABEL, SCORES] },
    run(inputs, context, finish) {
      seen.push(inputs);
      if (inputs.X === undefined) {
        const message = 'input "X": expected 4 as in input "age", got "none"';
        return finish(new RequestError('INVALID_INPUT', message), undefined, 1);
      }
      context.takePiece?.({ label: inputs.X, scores: inputs.X });
      return finish(undefined, { label: inputs.X, scores: inputs.X }, 7, 3);
    },
    ...given,
  };
}

const context: PredictContext = {
  requestId: 'r',
  signal: new AbortController().signal,
  isAbandoned: false,
};

const tensor = { dtype: 'float32', shape: [1, 4], data: new Float32Array(4) } as const;

function mapped(inputs?: TensorOverrides, outputs?: TensorOverrides, of = model()): Model {
  const settings = { ...(inputs && { inputs }), ...(outputs && { outputs }) };
  const [only, ...others] = withOverrides([of], settings);
  if (only === undefined || others.length > 0) throw new Error('expected one model');
  return only;
}

function signatureOf(one: Model): TensorModel['signature'] {
  if (one.kind !== 'tensors') throw new Error('expected tensors');
  return one.signature;
}

function faultOf(inputs?: TensorOverrides, outputs?: TensorOverrides, of = model()): string {
  try {
    mapped(inputs, outputs, of);
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error('it was accepted');
}

describe('where nothing is said', () => {
  test('it is the same models', () => {
    const models = [model(), model()];
    expect(withOverrides(models, {})).toBe(models);
  });

  test('where nothing is renamed, it runs by its own run', () => {
    const own = model();
    const one = mapped({ X: { shape: [-1, 4] } }, { label: { labels: ['a', 'b'] } }, own);
    expect(one.run).toBe(own.run);
    expect(signatureOf(one).outputs[0]).toEqual({ ...LABEL, labels: ['a', 'b'] });
  });
});

describe('names', () => {
  const one = mapped(
    { pixels: { from: 'X' } },
    { class: { from: 'label' }, label: { from: 'scores' } },
  );

  test('are those of the signature, in its order', () => {
    const { inputs, outputs } = signatureOf(one);
    expect(inputs).toEqual([{ ...X, name: 'pixels' }, AGE]);
    expect(outputs).toEqual([
      { ...LABEL, name: 'class' },
      { ...SCORES, name: 'label' },
    ]);
  });

  test('are those of what goes in and comes out', () => {
    const results: unknown[] = [];
    const pieces: unknown[] = [];
    const streaming = { ...context, takePiece: (piece: unknown) => void pieces.push(piece) };
    if (one.kind !== 'tensors') throw new Error('expected tensors');
    one.run({ pixels: tensor }, streaming, (...result) => results.push(result));
    expect(seen.at(-1)).toEqual({ X: tensor });
    const outputs = { class: tensor, label: tensor };
    expect(results).toEqual([[undefined, outputs, 7, 3]]);
    expect(pieces).toEqual([outputs]);
  });

  test('are those that errors tell', () => {
    const errors: unknown[] = [];
    if (one.kind !== 'tensors') throw new Error('expected tensors');
    one.run({}, context, (error) => errors.push(error));
    expect(errors[0]).toBeInstanceOf(RequestError);
    expect(errors[0]).toMatchObject({
      code: 'INVALID_INPUT',
      message: 'input "pixels": expected 4 as in input "age", got "none"',
    });
  });

  test('may be exchanged', () => {
    const swapped = mapped({ X: { from: 'age' }, age: { from: 'X' } });
    expect(signatureOf(swapped).inputs.map(({ name, dtype }) => [name, dtype])).toEqual([
      ['age', 'float32'],
      ['X', 'int64'],
    ]);
    if (swapped.kind !== 'tensors') throw new Error('expected tensors');
    swapped.run({ age: tensor }, context, () => {});
    expect(seen.at(-1)).toEqual({ X: tensor });
  });
});

describe('metadata', () => {
  test('supplies what the model leaves open', () => {
    const open = model({
      signature: {
        inputs: [
          { ...X, shape: [-1, -1] },
          { ...X, name: 'y', shape: [], hasAnyShape: true },
        ],
        outputs: [SCORES],
      },
    });
    const one = mapped(
      { X: { shape: [-1, 8], takesMissing: true }, y: { shape: [-1, 2] } },
      undefined,
      open,
    );
    expect(signatureOf(one).inputs).toEqual([
      { ...X, shape: [-1, 8], takesMissing: true },
      { ...X, name: 'y', shape: [-1, 2] },
    ]);
  });

  test('may make an optional input required, and a module’s input optional', () => {
    const [, age] = signatureOf(mapped({ age: { isOptional: false } })).inputs;
    expect(age).toEqual({ name: 'age', dtype: 'int64', shape: [-1] });
    const module = model({ runtime: 'module' });
    expect(signatureOf(mapped({ X: { isOptional: true } }, undefined, module)).inputs[0]).toEqual({
      ...X,
      isOptional: true,
    });
  });

  test.each<[TensorOverrides | undefined, TensorOverrides | undefined, string]>([
    [{ size: {} }, undefined, 'inputs.size: the model has no "size", only "X", "age".'],
    [
      { a: { from: 'agee' } },
      undefined,
      'inputs.a: the model has no "agee", only "X", "age"; did you mean age?',
    ],
    [{ a: { from: 'X' }, b: { from: 'X' } }, undefined, 'inputs.b: "X" has another name already.'],
    [{ age: { from: 'X' } }, undefined, 'inputs.age: two inputs cannot both have this name.'],
    [
      { X: { dtype: 'float64' } },
      undefined,
      "inputs.X.dtype: the model's own is float32, got float64.",
    ],
    [
      { X: { shape: [-1, 5] } },
      undefined,
      "inputs.X.shape: the model's own is [-1, 4], got [-1, 5].",
    ],
    [
      { X: { shape: [-1, -1] } },
      undefined,
      "inputs.X.shape: the model's own is [-1, 4], got [-1, -1].",
    ],
    [{ X: { shape: [4] } }, undefined, "inputs.X.shape: the model's own is [-1, 4], got [4]."],
    [
      { age: { takesMissing: true } },
      undefined,
      'inputs.age.takesMissing: a missing number is NaN, which int64 does not have.',
    ],
    [{ X: { isOptional: true } }, undefined, 'inputs.X.isOptional: the model needs it.'],
    [
      undefined,
      { scores: { labels: ['a', 'b'] } },
      'outputs.scores.labels: expected 3, one for each column, got 2.',
    ],
    [
      { size: {} },
      { Y: {} },
      'inputs.size: the model has no "size", only "X", "age". outputs.Y: the model has no "Y", only "label", "scores".',
    ],
  ])('%j %j does not fit', (inputs, outputs, fault) => {
    expect(faultOf(inputs, outputs)).toBe(fault);
  });

  test('needs a signature, and one model', () => {
    const raw: Model = { ...base, kind: 'instances', run: () => {} };
    expect(() => withOverrides([raw], { inputs: {} })).toThrow(/the model has no signature$/);
    expect(() => withOverrides([model(), model()], { outputs: {} })).toThrow(/several models$/);
  });
});
