import { describe, expect, test } from 'vitest';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import {
  type Placement,
  placeModels,
  plansOfSlot,
} from '../../../../src/model/repository/holders.js';
import type { PipelineStep } from '../../../../src/model/settings/pipeline-form.js';

function model(name: string, workers?: number, version = '1'): ModelPlan {
  const plan = {
    name,
    version,
    runtime: 'onnx',
    file: `/${name}`,
    isLatest: true,
    labels: [],
  } as const;
  return workers === undefined ? plan : { ...plan, workers };
}

function pipeline(name: string, parts: readonly string[], workers?: number): ModelPlan {
  const steps = parts.map((part) => ({ model: part }));
  return { ...model(name, workers), runtime: 'pipeline', pipeline: { steps } };
}

function shown(placement: Placement): Record<string, readonly number[]> {
  return Object.fromEntries(placement);
}

function partOf(step: PipelineStep): string[] {
  return 'model' in step ? [step.model] : [];
}

/** How many models each slot holds. */
function loads(placement: Placement, slots: number): number[] {
  const held = [...placement.values()].flat();
  return Array.from({ length: slots }, (_, slot) => held.filter((one) => one === slot).length);
}

/** A stream of numbers that looks random and is the same each time. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

describe('models', () => {
  test('are held by all slots, if nothing is said or there are fewer', () => {
    expect(shown(placeModels([model('a'), model('b', 9), model('c', 3)], 3))).toEqual({
      a: [0, 1, 2],
      b: [0, 1, 2],
      c: [0, 1, 2],
    });
  });

  test('are spread evenly', () => {
    const rare = ['a', 'b', 'c', 'd', 'e'].map((name) => model(name, 1));
    expect(shown(placeModels(rare, 2))).toEqual({ a: [0], b: [1], c: [0], d: [1], e: [0] });
    const mixed = [model('a'), model('b', 2), model('c', 1), model('d', 2), model('e', 3)];
    expect(loads(placeModels(mixed, 4), 4)).toEqual([3, 3, 3, 3]);
  });

  test('have all their versions on the same slots', () => {
    const plans = [model('a', 1), model('b', 1, '1'), model('b', 1, '2')];
    const placement = placeModels(plans, 2);
    expect(shown(placement)).toEqual({ a: [0], b: [1] });
    expect(plansOfSlot(plans, 1, placement).map(({ version }) => version)).toEqual(['1', '2']);
  });

  test('of nothing, or of no slots', () => {
    expect(shown(placeModels([], 2))).toEqual({});
    expect(shown(placeModels([model('a'), model('b', 1)], 0))).toEqual({ a: [], b: [] });
  });
});

describe('with a placement before', () => {
  test('nobody moves when a model is added or taken away', () => {
    const before = placeModels([model('b', 1), model('c', 2), model('d', 1)], 3);
    const more = placeModels(
      [model('a', 1), model('b', 1), model('c', 2), model('d', 1), model('e')],
      3,
      before,
    );
    for (const [name, slots] of before) expect(more.get(name)).toEqual(slots);
    expect(loads(more, 3).sort()).toEqual([2, 3, 3]);
    const fewer = placeModels([model('c', 2)], 3, more);
    expect(fewer.get('c')).toEqual(before.get('c'));
  });

  test('who wants more slots keeps those it has, who wants fewer too', () => {
    const before = new Map([['a', [0, 2]]]);
    expect(placeModels([model('a', 3)], 4, before).get('a')).toEqual([0, 1, 2]);
    expect(placeModels([model('a', 1)], 4, before).get('a')).toEqual([0]);
    const others = new Map([...before, ['b', [0]], ['c', [0]]]);
    const plans = [model('a', 1), model('b', 1), model('c', 1)];
    expect(shown(placeModels(plans, 4, others))).toEqual({ a: [0], b: [0], c: [0] });
    const named = ['d', 'e'].map((name) => model(name, 1));
    const everywhere = new Map(named.map(({ name }) => [name, [0, 1]]));
    expect(shown(placeModels(named, 2, everywhere))).toEqual({ d: [0], e: [1] });
  });

  test('only who sat on a slot that is gone moves', () => {
    const before = placeModels(
      ['a', 'b', 'c', 'd'].map((name) => model(name, 1)),
      4,
    );
    const after = placeModels(
      ['a', 'b', 'c', 'd'].map((name) => model(name, 1)),
      3,
      before,
    );
    expect(shown(after)).toEqual({ a: [0], b: [1], c: [2], d: [0] });
  });
});

describe('a pipeline', () => {
  test('is where all its parts are, and no more often than the rarest of them', () => {
    const plans = [
      model('a', 1),
      model('b', 2),
      model('c'),
      pipeline('p', ['b', 'c', 'a']),
      model('x', 1),
    ];
    const placement = placeModels(plans, 3);
    expect(shown(placement)).toEqual({ a: [0], b: [0, 1], c: [0, 1, 2], p: [0], x: [2] });
  });

  test('may be rarer than its parts', () => {
    const plans = [model('a', 2), pipeline('p', ['a'], 1)];
    expect(shown(placeModels(plans, 3))).toEqual({ a: [0, 1], p: [0] });
  });

  test('of pipelines: the rarest part of a part counts', () => {
    const plans = [
      pipeline('outer', ['inner', 'c']),
      pipeline('inner', ['a', 'b']),
      model('a', 1),
      model('b', 2),
      model('c'),
    ];
    const placement = placeModels(plans, 3);
    expect(shown(placement)).toEqual({
      a: [0],
      b: [0, 1],
      c: [0, 1, 2],
      inner: [0],
      outer: [0],
    });
    expect(plansOfSlot(plans, 0, placement).map(({ name }) => name)).toEqual([
      'a',
      'b',
      'inner',
      'c',
      'outer',
    ]);
    expect(plansOfSlot(plans, 2, placement).map(({ name }) => name)).toEqual(['c']);
  });

  test('that comes later brings its parts together', () => {
    const parts = [model('a', 1), model('b', 1)];
    const before = placeModels(parts, 2);
    expect(shown(before)).toEqual({ a: [0], b: [1] });
    const after = placeModels([...parts, pipeline('p', ['a', 'b'])], 2, before);
    expect(shown(after)).toEqual({ a: [0], b: [0], p: [0] });
  });

  test('that is made of itself, or of nothing that is there, ends as well', () => {
    const plans = [pipeline('p', ['q']), pipeline('q', ['p', 'gone']), model('a', 1)];
    const placement = placeModels(plans, 2);
    expect(shown(placement)).toEqual({ a: [0], p: [0, 1], q: [0, 1] });
    expect(plansOfSlot(plans, 1, placement)).toHaveLength(2);
  });
});

test('holds for many repositories', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const below = numbers(seed);
    const slots = 1 + below(6);
    const plans: ModelPlan[] = [];
    for (let count = 1 + below(12); count > 0; count--) {
      const workers = below(2) === 0 ? undefined : 1 + below(8);
      const name = `m${plans.length}`;
      const parts = plans.filter(() => below(4) === 0).map((plan) => plan.name);
      plans.push(parts.length > 0 ? pipeline(name, parts, workers) : model(name, workers));
    }
    plans.sort(() => below(3) - 1);
    const before = placeModels(plans.slice(1), 1 + below(6));
    const placement = placeModels(plans, slots, before);
    for (const plan of plans) {
      const own = placement.get(plan.name) ?? [];
      const allowed = Math.min(slots, plan.workers ?? slots);
      const parts = plan.pipeline?.steps.flatMap(partOf) ?? [];
      const rarest = Math.min(allowed, ...parts.map((part) => placement.get(part)?.length ?? 0));
      expect(own.length, `seed ${seed}, ${plan.name}`).toBe(rarest);
      expect(new Set(own).size).toBe(own.length);
      for (const slot of own) {
        expect(slot).toBeLessThan(slots);
        const names = plansOfSlot(plans, slot, placement).map(({ name }) => name);
        for (const part of parts) {
          expect(names.indexOf(part), `seed ${seed}`).toBeGreaterThanOrEqual(0);
          expect(names.indexOf(part)).toBeLessThan(names.indexOf(plan.name));
        }
      }
    }
  }
});

test('moves nobody for who comes or goes, in many repositories', () => {
  for (let seed = 1; seed <= 300; seed++) {
    const below = numbers(seed);
    const slots = 1 + below(6);
    const plans: ModelPlan[] = [];
    for (let count = 1 + below(12); count > 0; count--) {
      const parts = plans.filter(() => below(5) === 0).map((plan) => plan.name);
      const workers = 1 + below(slots + 1);
      plans.push(parts.length > 0 ? pipeline(`m${count}`, parts) : model(`m${count}`, workers));
    }
    const before = placeModels(plans, slots);
    const after = placeModels([model('a', 1), ...plans, model('z', 1)], slots, before);
    for (const [name, own] of before) expect(after.get(name), `seed ${seed}`).toEqual(own);
    const left = placeModels([...plans, model('z', 1)], slots, after);
    const others = plans.filter((plan) => plan.pipeline !== undefined || below(2) === 0);
    const parts = new Set(others.flatMap((plan) => plan.pipeline?.steps ?? []).flatMap(partOf));
    const fewer = plans.filter((plan) => others.includes(plan) || parts.has(plan.name));
    const rest = placeModels(fewer, slots, left);
    for (const { name } of fewer) expect(rest.get(name), `seed ${seed}`).toEqual(before.get(name));
  }
});
