import { describe, expect, test } from 'vitest';
import { type Wiring, wirePipeline } from '../../../../src/model/pipeline/pipeline-wiring.js';
import { checkPipeline } from '../../../../src/model/settings/pipeline-form.js';
import type { Signature, TensorSpec } from '../../../../src/model/tensor/signature.js';

/** `x:float32[-1,2]`, with `?` behind the name where it may be left out. */
function spec(text: string): TensorSpec {
  const [, name = '', optional = '', dtype = 'float32', sizes = ''] =
    /^(\w+)(\??)(?::(\w+))?(?:\[([-\d,]*)\])?$/.exec(text) ?? [];
  const shape = sizes === '' ? (text.endsWith('[]') ? [] : [-1]) : sizes.split(',').map(Number);
  return {
    name,
    dtype: dtype as 'float32',
    shape,
    ...(optional === '' ? {} : { isOptional: true }),
  };
}

/** `a b > c`. */
function signature(text: string): Signature {
  const [inputs = '', outputs = ''] = text.split('>').map((side) => side.trim());
  const specs = (side: string): TensorSpec[] => side.split(' ').map(spec);
  return { inputs: specs(inputs), outputs: specs(outputs) };
}

/** @param parts a signature for each step; 'rows' where it has none */
function wire(pipeline: unknown, ...parts: string[]): Wiring {
  const reading = checkPipeline(pipeline);
  if (reading.pipeline === undefined) throw new Error(reading.faults.join(' '));
  return wirePipeline(
    reading.pipeline,
    parts.map((part) => (part === 'rows' ? undefined : signature(part))),
  );
}

/** What each step takes and gives: `x←0 y→1`. */
function drawn({ steps }: Wiring): string[] {
  return steps.map(({ takes, fromRows, gives }) =>
    [
      ...takes.map(({ name, slot }) => `${name}←${slot}`),
      ...fromRows.map(({ name }) => `${name}←rows`),
      ...gives.map(({ name, slot }) => `${name}→${slot}`),
    ].join(' '),
  );
}

const names = (wires: readonly { name: string }[]): string[] => wires.map(({ name }) => name);

describe('outputs become inputs', () => {
  test('of the same name', () => {
    const wiring = wire(['a', 'b'], 'x > y z', 'z y > w');
    expect(drawn(wiring)).toEqual(['x←0 y→1 z→2', 'z←2 y←1 w→3']);
    expect(names(wiring.inputs)).toEqual(['x']);
    expect(names(wiring.outputs)).toEqual(['w']);
  });

  test('whatever their names, where there is one of each', () => {
    expect(drawn(wire(['a', 'b'], 'x > y', 'q > w'))).toEqual(['x←0 y→1', 'q←1 w→2']);
  });

  test('and not the pipeline’s input of the same name', () => {
    expect(drawn(wire(['scale', 'b'], 'x > scaled', 'x > y'))).toEqual(['x←0 scaled→1', 'x←1 y→2']);
  });

  test('by the names that are told', () => {
    const steps = [
      { model: 'a', inputs: { x: 'pixels' }, outputs: { y: 'features' } },
      { model: 'b', inputs: { u: 'features', v: 'pixels' } },
    ];
    const wiring = wire(steps, 'x > y z', 'u v > w');
    expect(drawn(wiring)).toEqual(['x←0 y→1', 'u←1 v←0 w→2']);
    expect(names(wiring.inputs)).toEqual(['pixels']);
  });

  test('of earlier steps too; the latest of a name is meant', () => {
    const wiring = wire(['a', 'b', 'c'], 'x > y z', 'y > z q', 'x z > w');
    expect(drawn(wiring)).toEqual(['x←0 y→1 z→2', 'y←1 z→3 q→4', 'x←0 z←3 w→5']);
  });

  test('of names that every object has', () => {
    expect(drawn(wire(['a', 'b'], 'x > constructor y', 'constructor > w'))).toEqual([
      'x←0 constructor→1 y→2',
      'constructor←1 w→3',
    ]);
  });
});

describe('the pipeline’s inputs', () => {
  test('are those that are declared, whichever step takes them', () => {
    const value = { steps: ['a', 'b'], inputs: ['x', 'mask'] };
    const wiring = wire(value, 'x > y', 'y mask > w');
    expect(drawn(wiring)).toEqual(['x←0 y→1', 'y←1 mask←2 w→3']);
    expect(wiring.steps.map(({ takesClients }) => takesClients)).toEqual([true, true]);
  });

  test('are as strict as all that take them', () => {
    const wiring = wire(['a', 'b'], 'x?[-1,-1] > y', 'x[-1,4] y > w');
    expect(wiring.inputs.map((input) => input.spec)).toEqual([spec('x[-1,4]')]);
  });

  test('may be left out where the step may do without', () => {
    const wiring = wire(['a', 'b'], 'x m? > y', 'y k? > w');
    expect(wiring.inputs.map((input) => input.spec)).toEqual([spec('x'), spec('m?')]);
    expect(drawn(wiring)[1]).toBe('y←2 w→3');
  });
});

describe('the pipeline’s outputs', () => {
  test('are those that are named, whichever step gives them', () => {
    const value = { steps: ['a', 'b'], outputs: ['w', 'y'] };
    const { outputs } = wire(value, 'x > y', 'y > w');
    expect(outputs.map(({ name, slot }) => [name, slot])).toEqual([
      ['w', 2],
      ['y', 1],
    ]);
  });

  test('else all of the last step, by the names it was told', () => {
    const steps = [{ model: 'a', outputs: { z: 'score' } }];
    expect(names(wire(steps, 'x > y z').outputs)).toEqual(['score']);
  });
});

describe('a step without a signature', () => {
  test('takes and gives rows', () => {
    const wiring = wire(['a', 'm', 'b'], 'x > y z', 'rows', 'p q > w');
    expect(drawn(wiring)).toEqual(['x←0 y→1 z→2', 'y←1 z←2', 'p←rows q←rows w→3']);
    expect(wiring.steps.map(({ kind }) => kind)).toEqual(['tensors', 'rows', 'tensors']);
  });

  test('leaves earlier values to who names them', () => {
    const steps = ['a', 'm', { model: 'b', inputs: { q: 'x' } }];
    expect(drawn(wire(steps, 'x > y', 'rows', 'p q > w'))[2]).toBe('q←0 p←rows w→2');
  });

  test('may be first and last', () => {
    const wiring = wire(['m', 'a', 'm'], 'rows', 'x > y', 'rows');
    expect(drawn(wiring)).toEqual(['', 'x←rows y→0', 'y←0']);
    expect([wiring.inputs, wiring.outputs]).toEqual([[], []]);
  });
});

describe('refused', () => {
  const twoSteps = ['a', 'b'];
  test.each<[string, unknown, string[], string]>([
    [
      'another dtype',
      twoSteps,
      ['x > y:float64', 'q > w'],
      'step 2 (model "b"): its input "q" takes float32, but gets float64 from "y".',
    ],
    [
      'another rank',
      twoSteps,
      ['x > y', 'q[-1,4] > w'],
      'step 2 (model "b"): its input "q" takes the shape [-1, 4], but gets [-1] from "y".',
    ],
    [
      'another size',
      twoSteps,
      ['x > y[-1,3]', 'q[-1,4] > w'],
      'step 2 (model "b"): its input "q" takes the shape [-1, 4], but gets [-1, 3] from "y".',
    ],
    [
      'an input that nothing gives',
      twoSteps,
      ['x > y z', 'q > w'],
      'step 2 (model "b"): nothing is there for its input "q"; there are "x", "y", "z".',
    ],
    [
      'a source that nothing gives',
      [{ model: 'a' }, { model: 'b', inputs: { q: 'p' } }],
      ['x > y', 'q > w'],
      'step 2 (model "b"): nothing is there for its input "q" to come from "p"; there are "x", "y".',
    ],
    [
      'an input that the step does not have',
      [{ model: 'a', inputs: { q: 'p' } }],
      ['x > y'],
      'step 1 (model "a"): it has no input "q", only "x".',
    ],
    [
      'an output that the step does not have',
      [{ model: 'a', outputs: { q: 'p', y: 'z' } }],
      ['x > y'],
      'step 1 (model "a"): it has no output "q", only "y".',
    ],
    [
      'an output that nobody gives',
      { steps: ['a'], outputs: ['w'] },
      ['x > y'],
      'outputs: there is no "w"; there are "x", "y".',
    ],
    [
      'a declared input that nobody takes',
      { steps: ['a'], inputs: ['x', 'p'] },
      ['x > y'],
      'inputs: no step takes "p".',
    ],
    [
      'names for a step that has none',
      [{ module: './m.mjs', outputs: { y: 'z' } }],
      ['rows'],
      'step 1 (./m.mjs): it has no signature, so its inputs and outputs have no names.',
    ],
    [
      'outputs where the last step has no names',
      { steps: ['m'], outputs: ['y'] },
      ['rows'],
      'outputs: the last step has no signature, so what it gives has no names.',
    ],
    [
      'rows of a single value',
      ['a', 'm'],
      ['x > y[]', 'rows'],
      'step 2 (model "m"): it takes rows, but "y" is one value for all of them.',
    ],
    [
      'a single value from rows',
      ['m', 'a'],
      ['rows', 'x[] > y'],
      'step 2 (model "a"): its input "x" is one value for all rows, and the step before gives rows.',
    ],
    [
      'one input that two steps take as different things',
      ['a', 'b'],
      ['x[-1,3] > y', 'x[-1,4] y > w'],
      'step 2 (model "b"): its input "x" takes the shape [-1, 4], but gets [-1, 3] from "x".',
    ],
  ])('%s', (_case, pipeline, parts, fault) => {
    expect(() => wire(pipeline, ...parts)).toThrow(new Error(fault));
  });

  test('with all faults at once', () => {
    expect(() => wire(['a', 'b'], 'x > y:bool', 'y v > w')).toThrow(/"y" takes.*input "v"/);
  });
});
