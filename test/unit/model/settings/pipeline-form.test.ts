import { describe, expect, test } from 'vitest';
import { checkPipeline, partsOf, stepName } from '../../../../src/model/settings/pipeline-form.js';

describe('a pipeline may be', () => {
  test('names in their order', () => {
    const { pipeline, faults } = checkPipeline(['scale', 'digits']);
    expect(faults).toEqual([]);
    expect(pipeline).toEqual({ steps: [{ model: 'scale' }, { model: 'digits' }] });
  });

  test('steps in their long form', () => {
    const steps = [
      { module: './scale.mjs', inputs: { x: 'pixels' } },
      { model: 'digits', version: '2', outputs: { p: 'scores' } },
    ];
    expect(checkPipeline(steps)).toEqual({ pipeline: { steps }, faults: [] });
  });

  test('an object with what goes in and what comes out', () => {
    const value = { steps: ['digits'], inputs: ['X'], outputs: ['scores'] };
    const steps = [{ model: 'digits' }];
    expect(checkPipeline(value).pipeline).toEqual({ ...value, steps });
  });

  test('told a version as a number', () => {
    const { pipeline } = checkPipeline([{ model: 'digits', version: 2 }]);
    expect(pipeline?.steps).toEqual([{ model: 'digits', version: '2' }]);
  });
});

test.each([
  [5, 'pipeline: expected an array of steps, or {"steps": [...], "inputs"?, "outputs"?}, got 5.'],
  [{ inputs: ['x'] }, 'pipeline: expected an array of steps'],
  [[], 'pipeline: expected 1 to 64 steps, got 0.'],
  [new Array(65).fill('a'), 'pipeline: expected 1 to 64 steps, got 65.'],
  [[5], 'pipeline[0]: expected the name of a model'],
  [[{}], 'pipeline[0]: expected the name of a model'],
  [['a', { model: 'a', module: './b.mjs' }], 'pipeline[1]: expected the name of a model'],
  [['a/b'], 'pipeline[0].model: expected the name of a model, got the string "a/b".'],
  [[{ model: 'a', version: '1.5' }], 'pipeline[0].version: expected digits such as "2"'],
  [[{ model: 'a', version: -1 }], 'pipeline[0].version: expected digits'],
  [[{ module: './a.js', version: '1' }], 'pipeline[0].version: a module has no version.'],
  [[{ model: 'a', input: {} }], 'pipeline[0]: unknown key "input"; did you mean inputs?'],
  [[{ model: 'a', inputs: { x: 5 } }], 'pipeline[0].inputs: expected an object that gives names'],
  [[{ model: 'a', inputs: {} }], 'pipeline[0].inputs: expected an object that gives names'],
  [[{ model: 'a', outputs: ['x'] }], 'pipeline[0].outputs: expected an object that gives names'],
  [
    [{ model: 'a', outputs: { x: 'z', y: 'z' } }],
    'pipeline[0].outputs: two outputs cannot both be called "z".',
  ],
  [{ steps: ['a'], outputs: [] }, 'pipeline.outputs: expected an array of different names'],
  [{ steps: ['a'], inputs: ['x', 'x'] }, 'pipeline.inputs: expected an array of different names'],
  [{ steps: ['a'], output: ['x'] }, 'pipeline: unknown key "output"; did you mean outputs?'],
  [{ steps: [5] }, 'pipeline.steps[0]: expected the name of a model'],
])('refused: %j', (value, fault) => {
  const { pipeline, faults } = checkPipeline(value);
  expect(pipeline).toBeUndefined();
  expect(faults[0]).toContain(fault);
  expect(faults).toHaveLength(1);
});

test.each([
  'scale.mjs',
  '/etc/scale.mjs',
  '../scale.mjs',
  './../scale.mjs',
  './a/../../scale.mjs',
  './.hidden/scale.mjs',
  './scale.json',
  './a\\..\\scale.mjs',
  './scale.mjs\n',
  'file:///scale.mjs',
])('a module must be a file in the folder of the pipeline: %j', (module) => {
  const { faults } = checkPipeline([{ module }]);
  expect(faults).toHaveLength(1);
  expect(faults[0]).toContain('pipeline[0].module: expected a file in the folder of the pipeline');
});

test('all faults are told at once', () => {
  expect(checkPipeline([5, { module: 7 }, 'a b']).faults).toHaveLength(3);
});

test('its parts are the models, in their order', () => {
  const { pipeline } = checkPipeline(['a', { module: './b.mjs' }, { model: 'c', version: '3' }]);
  const parts = pipeline === undefined ? [] : partsOf(pipeline);
  expect(parts).toEqual([{ name: 'a' }, { name: 'c', version: '3' }]);
  const names = pipeline?.steps.map((_step, index) => stepName(pipeline.steps, index));
  expect(names).toEqual(['step 1 (model "a")', 'step 2 (./b.mjs)', 'step 3 (model "c")']);
});
