import { describe, expect, test } from 'vitest';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import {
  inLoadOrder,
  pipelineFaults,
  withParts,
} from '../../../../src/model/pipeline/pipeline-parts.js';

function model(name: string, version = '1'): ModelPlan {
  return { name, version, runtime: 'onnx', file: `/${name}`, isLatest: true, labels: [] };
}

/** Made of models by their names; a step that begins with `./` is a module of its own. */
function pipeline(name: string, parts: readonly string[]): ModelPlan {
  const steps = parts.map((part) => (part.startsWith('./') ? { module: part } : { model: part }));
  return { ...model(name), runtime: 'pipeline', pipeline: { steps } };
}

function names(plans: readonly ModelPlan[]): string[] {
  return plans.map(({ name, version }) => `${name}/${version}`);
}

const NESTED = [
  pipeline('all', ['pre', 'm', './last.mjs']),
  model('m', '1'),
  model('m', '2'),
  pipeline('pre', ['scale']),
  model('scale'),
  model('x'),
];

describe('the order of loading', () => {
  test('has parts before what is made of them, else as given', () => {
    expect(names(inLoadOrder(NESTED))).toEqual([
      ...['m/1', 'm/2', 'scale/1', 'pre/1', 'all/1', 'x/1'],
    ]);
  });

  test('ends in circles, and with parts that are not there', () => {
    const plans = [pipeline('a', ['b']), pipeline('b', ['a', 'gone'])];
    expect(names(inLoadOrder(plans))).toEqual(['b/1', 'a/1']);
  });
});

test('one worker needs the parts of a pipeline, in all their versions, and no others', () => {
  const [all, m, , pre] = NESTED;
  if (all === undefined || m === undefined || pre === undefined) throw new Error('no plans');
  expect(names(withParts(all, NESTED))).toEqual(['m/1', 'm/2', 'scale/1', 'pre/1', 'all/1']);
  expect(names(withParts(pre, NESTED))).toEqual(['scale/1', 'pre/1']);
  expect(names(withParts(m, NESTED))).toEqual(['m/1']);
  const circle = [pipeline('a', ['b']), pipeline('b', ['a'])];
  expect(withParts(circle[0] ?? m, circle)).toHaveLength(2);
});

describe('faults', () => {
  test('none where all parts are there', () => {
    expect(pipelineFaults(NESTED).size).toBe(0);
  });

  test('a part that is missing, unless it is known to have faults of its own', () => {
    const plans = [pipeline('p', ['gone']), model('m')];
    expect(pipelineFaults(plans).get('p')).toEqual([
      'pipeline: there is no model "gone"; expected one of: m.',
    ]);
    expect(pipelineFaults(plans, new Set(['gone'])).size).toBe(0);
    expect(pipelineFaults([pipeline('p', ['gone'])]).get('p')).toEqual([
      'pipeline: there is no model "gone"; no other is here.',
    ]);
  });

  test('a circle is told of each that is in it, and of no other', () => {
    const plans = [pipeline('a', ['b']), pipeline('b', ['c']), pipeline('c', ['b'])];
    expect([...pipelineFaults(plans).keys()]).toEqual(['b', 'c']);
  });
});
