import { beforeEach, describe, expect, test } from 'vitest';
import { Catalog, type Holder } from '../../../../src/master/models/catalog.js';
import type { WorkerState } from '../../../../src/master/workers/worker-handle.js';
import type { ModelDescription } from '../../../../src/model/description.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { plannedModels } from '../../../../src/model/repository/plan.js';
import { NOTHING } from '../fake-worker.js';

function plan(name: string, version = '1'): ModelPlan {
  const file = `/models/${name}/${version}/model.mjs`;
  return { name, version, runtime: 'module', file, isLatest: true, labels: [] };
}

/** What a worker tells of a plan once it has loaded it. */
function loaded(plans: readonly ModelPlan[]): ModelDescription[] {
  return plannedModels({ models: plans, defaultModel: 'a' }).map((model) => ({
    ...model,
    loadMs: 7,
  }));
}

type TestHolder = { -readonly [K in keyof Holder]: Holder[K] };

function holder(state: WorkerState, ...plans: ModelPlan[]): TestHolder {
  const holding = { ...NOTHING, plans };
  return { state, holding, models: state === 'booting' ? [] : loaded(plans) };
}

const A = plan('a');
const B = plan('b');

let catalog: Catalog;

beforeEach(() => {
  catalog = new Catalog({ models: [A, B], defaultModel: 'a' }, '/models');
});

function add(worker: TestHolder): TestHolder {
  catalog.workerForked(worker);
  if (worker.state === 'ready') catalog.workerReady(worker);
  return worker;
}

/** `name version STATE`, and the reason where there is one. */
function told(): string[] {
  return catalog.models.map(({ name, version, state, reason }) =>
    [name, version, state, reason].join(' ').trim(),
  );
}

describe('a model', () => {
  test('is loading until a worker is ready with it', () => {
    expect(told()).toEqual(['a 1 LOADING', 'b 1 LOADING']);
    expect(catalog.models[0]).toMatchObject({ isDefault: true, loadMs: 0 });
    const worker = add(holder('booting', A, B));
    expect(told()).toEqual(['a 1 LOADING', 'b 1 LOADING']);
    worker.state = 'ready';
    worker.models = loaded([A, B]);
    catalog.workerReady(worker);
    expect(told()).toEqual(['a 1 READY', 'b 1 READY']);
    expect(catalog.models[0]).toMatchObject({ isDefault: true, loadMs: 7 });
  });

  test('is ready where one worker of several holds it', () => {
    add(holder('ready', A));
    expect(told()).toEqual(['a 1 READY', 'b 1 LOADING']);
    add(holder('retiring', B));
    expect(told()).toEqual(['a 1 READY', 'b 1 READY']);
  });

  test('loads again when its workers are gone, and what is known of it is kept', () => {
    const worker = add(holder('ready', A, B));
    catalog.workerGone(worker);
    expect(told()).toEqual(['a 1 LOADING', 'b 1 LOADING']);
    expect(catalog.models[0]).toMatchObject({ loadMs: 7 });
  });

  test('that is wanted no more is ready until its last worker drains, then gone', () => {
    const worker = add(holder('ready', A, B));
    catalog.want({ models: [A], defaultModel: 'a' });
    expect(told()).toEqual(['a 1 READY', 'b 1 READY']);
    worker.state = 'draining';
    add(holder('ready', A));
    catalog.changed();
    expect(told()).toEqual(['a 1 READY', 'b 1 UNLOADING']);
    catalog.workerGone(worker);
    expect(told()).toEqual(['a 1 READY']);
  });

  test('of a plan that gives others is told by their names', () => {
    catalog = new Catalog({ models: [A], defaultModel: undefined }, '/models');
    expect(told()).toEqual(['a 1 LOADING']);
    const [one] = loaded([A]);
    if (one === undefined) throw new Error('no model');
    const worker = holder('ready', A);
    worker.models = ['x', 'y'].map((name) => ({ ...one, name, plan: 'a' }));
    add(worker);
    expect(told()).toEqual(['x 1 READY', 'y 1 READY']);
    catalog.workerGone(worker);
    expect(told()).toEqual(['x 1 LOADING', 'y 1 LOADING']);
    catalog.failed(A, 'no');
    expect(told()).toEqual(['x 1 UNAVAILABLE no', 'y 1 UNAVAILABLE no']);
  });
});

describe('a version that failed', () => {
  test('is told beside the one that serves, until it is loaded', () => {
    add(holder('ready', A, B));
    catalog.failed(plan('b', '2'), 'broken');
    expect(told()).toEqual(['a 1 READY', 'b 1 READY', 'b 2 UNAVAILABLE broken']);
    add(holder('ready', plan('b', '2')));
    expect(told()).toEqual(['a 1 READY', 'b 1 READY', 'b 2 READY']);
  });

  test('is told of the one that serves when it is the same', () => {
    add(holder('ready', A, B));
    catalog.failed(B, 'changed and broken');
    expect(told()).toEqual(['a 1 READY', 'b 1 READY changed and broken']);
  });

  test('is told without the path of the repository', () => {
    catalog.failed(B, 'model "b" (/models/b/1/m.onnx) could not load: /models is read-only');
    expect(catalog.versionsOf('b')[0]?.reason).toBe(
      'model "b" (b/1/m.onnx) could not load: models is read-only',
    );
  });

  test('is forgotten with its model', () => {
    catalog.want({ models: [A], defaultModel: 'a' });
    catalog.failed(B, 'broken');
    expect(told()).toEqual(['a 1 LOADING', 'b 1 UNAVAILABLE broken']);
    catalog.forget('b');
    expect(told()).toEqual(['a 1 LOADING']);
  });

  test('is told of the latest one that serves when not even its folder can be read', () => {
    add(holder('ready', A));
    catalog.faulty('a', 'no file');
    catalog.faulty('c', 'empty');
    expect(told()).toEqual(['a 1 READY no file', 'b 1 LOADING']);
    expect(catalog.unreadable).toEqual([{ name: 'c', reason: 'empty' }]);
    expect([...catalog.planNames]).toEqual(['a', 'b', 'c']);
    catalog.absolve('a');
    catalog.absolve('c');
    expect(told()).toEqual(['a 1 READY', 'b 1 LOADING']);
    expect(catalog.unreadable).toEqual([]);
  });
});

test('an unloaded model stays known by its name', () => {
  const worker = add(holder('ready', A, B));
  catalog.want({ models: [A], defaultModel: 'a' });
  catalog.unloaded('b', [B]);
  catalog.workerGone(worker);
  add(holder('ready', A));
  expect(told()).toEqual(['a 1 READY', 'b 1 UNAVAILABLE unloaded']);
  catalog.want({ models: [A, B], defaultModel: 'a' });
  catalog.absolve('b');
  expect(told()).toEqual(['a 1 READY', 'b 1 LOADING']);
});

test('versions are in the order of their numbers, beyond 2^53 too', () => {
  const versions = ['10', '9', '2', '90071992547409931', '90071992547409929'];
  const models = versions.map((version) => plan('a', version));
  catalog = new Catalog({ models, defaultModel: 'a' }, '/models');
  expect(catalog.versionsOf('a').map(({ version }) => version)).toEqual([
    '2',
    '9',
    '10',
    '90071992547409929',
    '90071992547409931',
  ]);
  expect(catalog.versionsOf('b')).toEqual([]);
});

describe('waiting for a model makes sense', () => {
  test('while it is wanted, whether or not a worker is there', () => {
    expect(catalog.isComing('a')).toBe(true);
    expect(catalog.isComing('a', '1')).toBe(true);
    expect(catalog.isComing('a', '2')).toBe(false);
    expect(catalog.isComing('c')).toBe(false);
  });

  test('while slots that are not yet moved are to hold it', () => {
    catalog.want({ models: [A], defaultModel: 'a' }, { models: [A, B], defaultModel: 'a' });
    expect(catalog.isComing('b')).toBe(true);
    catalog.want({ models: [A], defaultModel: 'a' });
    expect(catalog.isComing('b')).toBe(false);
  });

  test('not when it failed or was unloaded', () => {
    catalog.want({ models: [A], defaultModel: 'a' });
    catalog.failed(B, 'broken');
    expect(catalog.isComing('b')).toBe(false);
  });
});

test('whoever reads it is told of each change', () => {
  let changes = 0;
  catalog.onChange = () => {
    changes += 1;
  };
  const worker = add(holder('ready', A));
  catalog.workerGone(worker);
  catalog.want({ models: [A], defaultModel: 'a' });
  catalog.failed(B, 'broken');
  catalog.forget('b');
  expect(changes).toBe(6);
});
