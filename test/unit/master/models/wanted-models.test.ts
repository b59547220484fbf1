import { describe, expect, test } from 'vitest';
import {
  type Change,
  pipelinesOf,
  refusals,
  removal,
  withChanges,
} from '../../../../src/master/models/wanted-models.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { planOf } from '../generations-of-test.js';

function pipeline(name: string, ...parts: string[]): ModelPlan {
  const steps = parts.map((model) => ({ model }));
  return planOf(name, '1', { runtime: 'pipeline', pipeline: { steps } as never });
}

function change(name: string, ...plans: ModelPlan[]): Change {
  return { name, plans, fingerprint: `seen ${name}` };
}

const NOW = {
  models: [planOf('b'), pipeline('a', 'b'), planOf('c')],
  defaultModel: 'c',
  fingerprints: new Map([['c', 'seen before']]),
};

describe('what is wanted', () => {
  test('has the new, not the gone, and parts before their pipelines', () => {
    const wanted = withChanges(NOW, [change('d', planOf('d')), removal('c')]);
    expect(wanted.models.map(({ name }) => name)).toEqual(['b', 'a', 'd']);
    expect([...wanted.fingerprints]).toEqual([['d', 'seen d']]);
  });

  test('has all versions of a changed model, ascending', () => {
    const wanted = withChanges(NOW, [change('c', planOf('c', '10'), planOf('c', '9'))]);
    const versions = wanted.models.filter(({ name }) => name === 'c').map(({ version }) => version);
    expect(versions).toEqual(['9', '10']);
  });

  test('keeps its default model, loaded or not, and gets none', () => {
    expect(withChanges(NOW, [removal('c')]).defaultModel).toBe('c');
    const nameless = { ...NOW, defaultModel: undefined };
    expect(withChanges(nameless, [removal('a'), removal('b')]).defaultModel).toBeUndefined();
  });
});

describe('refused is', () => {
  test('nothing where every pipeline has its parts', () => {
    expect(refusals(NOW, [change('b', planOf('b', '2')), removal('c')])).toEqual([]);
    expect(refusals(NOW, [removal('a'), removal('b')])).toEqual([]);
  });

  test('the part that is to go while a pipeline stays', () => {
    expect(refusals(NOW, [removal('b'), removal('c')])).toEqual([
      { name: 'b', reason: 'the pipeline "a" is made of it' },
    ]);
  });

  test('the pipeline that lacks a part', () => {
    const [refusal, ...others] = refusals(NOW, [change('p', pipeline('p', 'nobody'))]);
    expect(refusal).toMatchObject({ name: 'p', reason: expect.stringContaining('"nobody"') });
    expect(others).toEqual([]);
  });
});

test('the pipelines of a model are those made of it, and those made of them', () => {
  const plans = [...NOW.models, pipeline('outer', 'a')];
  expect(pipelinesOf(plans, 'b')).toEqual(['a', 'outer']);
  expect(pipelinesOf(plans, 'c')).toEqual([]);
});
