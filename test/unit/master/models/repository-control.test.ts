// The verbs over a repository, a catalog and workers that exist only here.
import { beforeEach, describe, expect, test } from 'vitest';
import { RequestError } from '../../../../src/errors.js';
import { Catalog, type Holder } from '../../../../src/master/models/catalog.js';
import { RolloutError } from '../../../../src/master/models/generations.js';
import { RepositoryControl } from '../../../../src/master/models/repository-control.js';
import { repositoryIndex } from '../../../../src/master/models/repository-index.js';
import { VerbQueue } from '../../../../src/master/models/verb-queue.js';
import type { Generation, WantedPlan } from '../../../../src/master/workers/generation.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import type { SurveyedModel } from '../../../../src/model/repository/model-survey.js';
import { plannedModels } from '../../../../src/model/repository/plan.js';
import { capturedLog } from '../captured-log.js';
import { NOTHING } from '../fake-worker.js';
import { FIRST, planOf } from '../generations-of-test.js';

const ROOT = '/models';
/** The folders of all models that these tests know. */
const ALL: ReadonlySet<string> = new Set(['a', 'b', 'c', 'p'].map((name) => `${ROOT}/${name}`));

let folder: Map<string, { plans: ModelPlan[]; faults: string[]; looks: string }>;
let rolled: string[][];
/** `name version` → why it cannot be loaded. */
let broken: Map<string, string>;
let catalog: Catalog;
let current: Generation;
let worker: Holder;
let control: RepositoryControl;
let captured: ReturnType<typeof capturedLog>;

/** What lies in a folder; `looks` is its fingerprint. */
function lay(name: string, plans: ModelPlan[], looks = 'v1', faults: string[] = []): void {
  folder.set(name, { plans, faults, looks });
}

function hold({ models, defaultModel }: WantedPlan): void {
  if (worker !== undefined) catalog.workerGone(worker);
  const holding = { ...NOTHING, plans: models };
  worker = { state: 'ready', holding, models: plannedModels({ models, defaultModel }) };
  catalog.workerForked(worker);
  catalog.workerReady(worker);
}

/** As a rollout does it, without workers. */
async function roll(wanted: WantedPlan): Promise<number> {
  rolled.push(wanted.models.map(({ name, version }) => `${name} ${version}`));
  catalog.want(wanted, current);
  const model = wanted.models.find(({ name, version }) => broken.has(`${name} ${version}`));
  if (model !== undefined) {
    const reason = broken.get(`${model.name} ${model.version}`) ?? '';
    catalog.want(current);
    throw new RolloutError({ slot: 0, workerPid: 1, exitCode: 11, reason, model });
  }
  current = { ...current, ...wanted, number: current.number + 1 };
  catalog.want(current);
  hold(current);
  return 2;
}

beforeEach(() => {
  folder = new Map();
  rolled = [];
  broken = new Map();
  captured = capturedLog();
  lay('a', [planOf('a')]);
  lay('b', [planOf('b')]);
  const plan = { models: [planOf('a'), planOf('b')], defaultModel: 'a' };
  const fingerprints = new Map([...folder].map(([name, { looks }]) => [name, looks]));
  current = { ...plan, number: 1, slots: 2, renewal: FIRST, placement: new Map(), fingerprints };
  catalog = new Catalog(current, ROOT);
  hold(current);
  control = new RepositoryControl({
    root: ROOT,
    catalog,
    log: captured.log,
    queue: new VerbQueue(),
    generations: {
      get current() {
        return current;
      },
      roll,
      close: () => {},
    },
    look: async () => {
      const models: SurveyedModel[] = [...folder].map(([name, { plans, faults }]) => ({
        name,
        path: `${ROOT}/${name}`,
        plans,
        faults,
      }));
      const prints = new Map([...folder].map(([name, { looks }]) => [name, looks]));
      return { appearance: new Map(), survey: { models, faults: [] }, fingerprints: prints };
    },
  });
});

function index(): string[] {
  return repositoryIndex(catalog, undefined).map(({ name, version, state, reason }) =>
    [name, version, state, reason].filter((part) => part !== '').join(' '),
  );
}

async function refusal(act: Promise<void>): Promise<RequestError> {
  const error = await act.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RequestError) return error;
  throw new Error(`no refusal: ${error}`);
}

describe('load', () => {
  test('of what is loaded and unchanged does nothing', async () => {
    await control.load('a');
    expect(rolled).toEqual([]);
  });

  test('adds a new model', async () => {
    lay('c', [planOf('c')]);
    await control.load('c');
    expect(rolled).toEqual([['a 1', 'b 1', 'c 1']]);
    expect(index()).toEqual(['a 1 READY', 'b 1 READY', 'c 1 READY']);
  });

  test('puts a new version in the place of the old, and reads no other model', async () => {
    lay('a', [planOf('a', '2')], 'v2');
    lay('b', [planOf('b', '2')], 'v2');
    await control.load('a');
    expect(rolled).toEqual([['a 2', 'b 1']]);
  });

  test('takes a file that was changed in place', async () => {
    lay('a', [planOf('a')], 'v2');
    await control.load('a');
    expect(rolled).toEqual([['a 1', 'b 1']]);
    await control.load('a');
    expect(rolled).toHaveLength(1);
  });

  test('tries what is wanted but not there', async () => {
    catalog.workerGone(worker);
    await control.load('a');
    expect(rolled).toEqual([['a 1', 'b 1']]);
  });

  test('of a broken version says why, and the old one serves on', async () => {
    broken.set('a 2', 'not a model');
    lay('a', [planOf('a', '2')], 'v2');
    const error = await refusal(control.load('a'));
    expect(error.code).toBe('MODEL_LOAD_FAILED');
    expect(error.message).toBe('not loaded, what was served is served on: "a": not a model');
    expect(index()).toEqual(['a 1 READY', 'a 2 UNAVAILABLE not a model', 'b 1 READY']);
    broken.clear();
    await control.load('a');
    expect(index()).toEqual(['a 2 READY', 'b 1 READY']);
  });

  test('blames what was loaded for what breaks beside it', async () => {
    broken.set('b 1', 'changed in place');
    lay('a', [planOf('a', '2')], 'v2');
    expect((await refusal(control.load('a'))).message).toContain('"a": changed in place');
    expect(index()).toEqual(['a 1 READY', 'b 1 READY changed in place']);
  });

  test('of a folder with faults tells them all', async () => {
    lay('a', [], 'v2', ['/models/a: no file.', '/models/a: no settings.']);
    const error = await refusal(control.load('a'));
    expect(error.statusCode).toBe(400);
    expect(error.message).toContain('/models/a: no file. /models/a: no settings');
    expect(rolled).toEqual([]);
    expect(index()).toEqual(['a 1 READY a: no file. a: no settings.', 'b 1 READY']);
    expect(captured.lines()).toMatchObject([{ level: 'warn', msg: 'model not read', model: 'a' }]);
  });

  test.each(['none', '../a', '', 'A'])('of %j finds nothing', async (name) => {
    const error = await refusal(control.load(name));
    expect(error.code).toBe('MODEL_NOT_FOUND');
    expect(error.message).toContain('expected one of: a, b');
  });

  test('of one of several that a module gives names the module', async () => {
    const [one] = plannedModels({ models: [planOf('a')], defaultModel: undefined });
    if (one === undefined) throw new Error('no model');
    const holding = { ...NOTHING, plans: [planOf('a')] };
    catalog.workerForked({ state: 'ready', holding, models: [{ ...one, name: 'f', plan: 'a' }] });
    const error = await refusal(control.load('f'));
    expect(error).toMatchObject({ code: 'INVALID_INPUT', message: expect.stringContaining('"a"') });
  });
});

describe('unload', () => {
  test('takes a model away; its name stays known, and load brings it back', async () => {
    await control.unload('b', false);
    expect(rolled).toEqual([['a 1']]);
    expect(index()).toEqual(['a 1 READY', 'b 1 UNAVAILABLE unloaded']);
    await control.load('b');
    expect(index()).toEqual(['a 1 READY', 'b 1 READY']);
    lay('b', [planOf('b', '2')], 'v2');
    await control.takeChanges(ALL);
    expect(index()).toEqual(['a 1 READY', 'b 2 READY']);
  });

  test('of what is unloaded already is fine', async () => {
    await control.unload('b', false);
    await control.unload('b', false);
    expect(rolled).toHaveLength(1);
  });

  test('of what is broken stops telling of it, and holds against reload', async () => {
    broken.set('c 1', 'not a model');
    lay('c', [planOf('c')]);
    await refusal(control.load('c'));
    await control.unload('c', false);
    expect(index()).toEqual(['a 1 READY', 'b 1 READY', 'c 1 UNAVAILABLE unloaded']);
    await control.takeChanges(ALL);
    expect(rolled).toHaveLength(1);
  });

  test('may leave nothing', async () => {
    await control.unload('a', false);
    await control.unload('b', false);
    expect(rolled.at(-1)).toEqual([]);
    expect(current.defaultModel).toBe('a');
  });

  test('of what nobody knows finds nothing', async () => {
    expect((await refusal(control.unload('none', false))).code).toBe('MODEL_NOT_FOUND');
  });

  test('of a part needs its pipelines to go, too', async () => {
    const steps = [{ model: 'b' }];
    const p = planOf('p', '1', { runtime: 'pipeline', pipeline: { steps } as never });
    lay('p', [p]);
    await control.load('p');
    const error = await refusal(control.unload('b', false));
    expect(error.code).toBe('INVALID_INPUT');
    expect(error.message).toContain('a part of the pipeline "p"');
    await control.unload('b', true);
    expect(rolled.at(-1)).toEqual(['a 1']);
    expect(index()).toEqual(['a 1 READY', 'b 1 UNAVAILABLE unloaded', 'p 1 UNAVAILABLE unloaded']);
  });
});

describe('changes in the folder', () => {
  test('of what has not changed does nothing', async () => {
    await control.takeChanges(ALL);
    expect(rolled).toEqual([]);
  });

  test('takes all that is new, changed or gone in one rollout', async () => {
    lay('a', [planOf('a', '2')], 'v2');
    folder.delete('b');
    lay('c', [planOf('c')]);
    await control.takeChanges(ALL);
    expect(rolled).toEqual([['a 2', 'c 1']]);
    expect(index()).toEqual(['a 2 READY', 'c 1 READY']);
  });

  test('does what can be done without the broken, and tells of each of them', async () => {
    broken.set('a 2', 'not a model');
    lay('a', [planOf('a', '2')], 'v2');
    lay('b', [], 'v2', ['no file.']);
    lay('c', [planOf('c')]);
    const error = await refusal(control.takeChanges(ALL));
    expect(error.message).toBe(
      'not loaded, what was served is served on: "b": no file; "a": not a model',
    );
    expect(rolled).toEqual([
      ['a 2', 'b 1', 'c 1'],
      ['a 1', 'b 1', 'c 1'],
    ]);
    expect(index()).toEqual([
      'a 1 READY',
      'a 2 UNAVAILABLE not a model',
      'b 1 READY no file.',
      'c 1 READY',
    ]);
  });

  test('leaves alone what was unloaded by hand, and forgets what is gone', async () => {
    await control.unload('b', false);
    lay('b', [planOf('b', '2')], 'v2');
    await control.takeChanges(ALL);
    expect(rolled).toHaveLength(1);
    expect(index()).toEqual(['a 1 READY', 'b 1 UNAVAILABLE unloaded']);
    folder.delete('b');
    await control.takeChanges(ALL);
    expect(index()).toEqual(['a 1 READY']);
    lay('b', [planOf('b')]);
    await control.takeChanges(ALL);
    expect(index()).toEqual(['a 1 READY', 'b 1 READY']);
  });

  test('of a repository that has vanished changes nothing', async () => {
    folder.clear();
    const error = await refusal(control.takeChanges(ALL));
    expect(error.message).toBe('nothing is loaded or unloaded: no model is in /models');
    expect(index()).toEqual(['a 1 READY', 'b 1 READY']);
  });

  test('of some paths looks at these alone', async () => {
    lay('a', [planOf('a', '2')], 'v2');
    folder.delete('b');
    lay('c', [planOf('c')]);
    await control.takeChanges(new Set([`${ROOT}/c`]));
    expect(rolled).toEqual([['a 1', 'b 1', 'c 1']]);
    await control.takeChanges(new Set([`${ROOT}/b`]));
    expect(rolled.at(-1)).toEqual(['a 1', 'c 1']);
  });
});

test('the index has folders that cannot be read, by name', async () => {
  lay('c', [], 'v1', ['/models/c: no file.']);
  await refusal(control.load('c'));
  await control.unload('b', false);
  expect(repositoryIndex(catalog, false)).toEqual([
    { name: 'b', version: '1', state: 'UNAVAILABLE', reason: 'unloaded' },
    { name: 'c', version: '', state: 'UNAVAILABLE', reason: 'c: no file.' },
  ]);
  expect(repositoryIndex(catalog, true).map(({ name }) => name)).toEqual(['a']);
});

test('a stop refuses all verbs', async () => {
  control.close(new RequestError('DRAINING', 'the server is stopping'));
  expect((await refusal(control.load('a'))).code).toBe('DRAINING');
});
