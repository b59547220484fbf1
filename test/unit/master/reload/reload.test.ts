// A reload of everything over a repository, settings and workers that exist only here.
import { beforeEach, describe, expect, test } from 'vitest';
import type { Settings } from '../../../../src/config/settings.js';
import { ConfigError, RequestError } from '../../../../src/errors.js';
import { Catalog } from '../../../../src/master/models/catalog.js';
import { RolloutError } from '../../../../src/master/models/generations.js';
import { repositoryIndex } from '../../../../src/master/models/repository-index.js';
import { VerbQueue } from '../../../../src/master/models/verb-queue.js';
import { Reload, type ReloadReport } from '../../../../src/master/reload/reload.js';
import type { Reloadable } from '../../../../src/master/reload/reloadable.js';
import type { Generation, Renewal, WantedPlan } from '../../../../src/master/workers/generation.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { plannedModels } from '../../../../src/model/repository/plan.js';
import { configuration } from '../../config/inputs.js';
import { capturedLog } from '../captured-log.js';
import { NOTHING } from '../fake-worker.js';
import { FIRST, planOf } from '../generations-of-test.js';

const ROOT = '/models';

let folder: Map<string, { plans: ModelPlan[]; faults: string[]; looks: string }>;
/** `name version` → why it cannot be loaded; '' → why no worker boots. */
let broken: Map<string, string>;
let argv: string[];
let settings: Settings;
let current: Generation;
let catalog: Catalog;
let happened: string[];
let renewals: (Renewal | undefined)[];
let slots: number[];
let reloadables: Reloadable[];
let captured: ReturnType<typeof capturedLog>;
let reload: Reload;

function lay(name: string, version = '1', looks = 'v1', faults: string[] = []): void {
  const plans = faults.length > 0 ? [] : [planOf(name, version)];
  folder.set(name, { plans, faults, looks });
}

function read(): Settings {
  return configuration({ argv: ['models', ...argv] }).settings;
}

function hold({ models, defaultModel }: WantedPlan): void {
  const holding = { ...NOTHING, plans: models };
  const worker = {
    state: 'ready',
    holding,
    models: plannedModels({ models, defaultModel }),
  } as const;
  catalog.workerForked(worker);
  catalog.workerReady(worker);
}

/** As a rollout does it, without workers. */
async function roll(
  wanted: WantedPlan,
  _names: unknown,
  workers = 0,
  renewal?: Renewal,
): Promise<number> {
  happened.push(
    `roll ${wanted.models.map(({ name, version }) => `${name} ${version}`).join(', ')}`,
  );
  renewals.push(renewal);
  slots.push(workers);
  const model = wanted.models.find(({ name, version }) => broken.has(`${name} ${version}`));
  const reason = broken.get(model === undefined ? '' : `${model.name} ${model.version}`);
  if (reason !== undefined) {
    throw new RolloutError({ slot: 0, workerPid: 1, exitCode: 11, reason, model });
  }
  current = { ...current, ...wanted, number: current.number + 1 };
  catalog.want(current);
  hold(current);
  return 2;
}

function participant(name: string, fault?: string): Reloadable {
  return {
    name,
    prepare: (next) => {
      happened.push(`${name} prepares for ${next.timeout}`);
      if (fault !== undefined) throw new Error(fault);
      return {
        commit: () => happened.push(`${name} commits at ${settings.timeout}`),
        discard: () => happened.push(`${name} discards`),
      };
    },
  };
}

beforeEach(() => {
  folder = new Map();
  broken = new Map();
  argv = [];
  happened = [];
  renewals = [];
  slots = [];
  reloadables = [];
  captured = capturedLog();
  lay('a');
  lay('b');
  settings = read();
  const fingerprints = new Map([...folder].map(([name, { looks }]) => [name, looks]));
  const plan = { models: [planOf('a'), planOf('b')], defaultModel: 'a', fingerprints };
  current = { ...plan, number: 1, slots: 2, renewal: FIRST, placement: new Map() };
  catalog = new Catalog(current, ROOT);
  hold(current);
  reload = new Reload({
    manager: { reloading: () => {}, reloaded: () => {} },
    settings,
    root: ROOT,
    queue: new VerbQueue(),
    catalog,
    generations: {
      get current() {
        return current;
      },
      roll,
    },
    log: captured.log,
    reloadables,
    reread: read,
    look: async () => ({
      appearance: new Map(),
      survey: {
        models: [...folder].map(([name, { plans, faults }]) => ({
          name,
          path: `${ROOT}/${name}`,
          plans,
          faults,
        })),
        faults: [],
      },
      fingerprints: new Map([...folder].map(([name, { looks }]) => [name, looks])),
    }),
    failedEarly: () => happened.push('failed early'),
    taken: () => happened.push('taken'),
  });
});

async function refusal(): Promise<RequestError> {
  const error = await reload.run().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof RequestError) return error;
  throw new Error(`no refusal: ${error}`);
}

function index(): string[] {
  return repositoryIndex(catalog, undefined).map(({ name, version, state, reason }) =>
    [name, version, state, reason].filter((part) => part !== '').join(' '),
  );
}

const SAME: ReloadReport = {
  generation: 2,
  replaced: 2,
  models: { added: [], removed: [], changed: [] },
  settings: { taken: [], notTaken: [] },
  skipped: [],
};

describe('models', () => {
  test('all workers are replaced though nothing is seen to have changed', async () => {
    expect(await reload.run()).toEqual(SAME);
    expect(await reload.run()).toEqual({ ...SAME, generation: 3 });
    expect(happened).toEqual(['roll a 1, b 1', 'taken', 'roll a 1, b 1', 'taken']);
    expect(renewals.map((renewal) => renewal?.number)).toEqual([1, 2]);
    expect(captured.lines()[0]).toMatchObject({ level: 'info', msg: 'reloaded', generation: 2 });
  });

  test('come, change and go', async () => {
    lay('a', '2', 'v2');
    folder.delete('b');
    lay('c');
    const models = { added: ['c'], removed: ['b'], changed: ['a'] };
    expect(await reload.run()).toEqual({ ...SAME, models });
    expect(index()).toContain('a 2 READY');
  });

  test('that were unloaded by hand stay out', async () => {
    catalog.unloaded('b', [planOf('b')]);
    current = { ...current, models: [planOf('a')] };
    await reload.run();
    expect(happened).toEqual(['roll a 1', 'taken']);
  });

  test('one that cannot be loaded fails all of it, changed or not', async () => {
    for (const name of ['a 2', 'b 1']) {
      broken = new Map([[name, 'not a model']]);
      happened = [];
      lay('a', '2', 'v2');
      const error = await refusal();
      expect(error.code).toBe('MODEL_LOAD_FAILED');
      expect(error.message).toContain(`"${name.slice(0, 1)}": not a model`);
      expect(happened).toEqual(['roll a 2, b 1']);
      expect(current.number).toBe(1);
    }
    expect(captured.lines()).toMatchObject([
      { level: 'error', msg: 'reload failed', reason: expect.stringContaining('not a model') },
      { msg: 'reload failed' },
    ]);
  });

  test('a folder with faults fails it before any worker is touched', async () => {
    lay('b', '1', 'v2', ['no file.', 'no settings.']);
    expect((await refusal()).message).toContain('"b": no file. no settings');
    expect(happened).toEqual(['failed early']);
    expect(index()).toContain('b 1 READY no file. no settings.');
  });

  test('a repository that has vanished changes nothing', async () => {
    folder.clear();
    expect((await refusal()).message).toContain('no model is in /models');
    expect(happened).toEqual(['failed early']);
  });

  test('a worker that cannot boot for another reason fails it', async () => {
    broken.set('', 'no memory');
    const error = await refusal();
    expect(error.code).toBe('RELOAD_FAILED');
    expect(error.message).toBe('nothing is changed, all serve on as before: no memory');
    expect(happened).toEqual(['roll a 1, b 1']);
  });
});

describe('with --on-broken-model skip', () => {
  beforeEach(() => {
    argv = ['--on-broken-model', 'skip'];
    Object.assign(settings, read());
  });

  test('a broken change leaves the old one, and the rest is done', async () => {
    broken.set('a 2', 'not a model');
    lay('a', '2', 'v2');
    lay('b', '1', 'v2', ['no file.']);
    lay('c');
    const skipped = [
      { name: 'b', reason: 'no file.' },
      { name: 'a', reason: 'not a model' },
    ];
    const models = { added: ['c'], removed: [], changed: [] };
    expect(await reload.run()).toEqual({ ...SAME, models, skipped });
    expect(happened).toEqual(['roll a 2, b 1, c 1', 'roll a 1, b 1, c 1', 'taken']);
  });

  test('one that cannot be loaded as it was goes', async () => {
    broken.set('b 1', 'no weights');
    const { models, skipped } = await reload.run();
    expect(models.removed).toEqual(['b']);
    expect(skipped).toEqual([{ name: 'b', reason: 'no weights' }]);
    expect(happened).toEqual(['roll a 1, b 1', 'roll a 1', 'taken']);
  });

  test('with nothing left to serve it fails', async () => {
    broken.set('a 1', 'no weights');
    broken.set('b 1', 'no weights');
    expect((await refusal()).message).toContain('"a": no weights; "b": no weights');
    expect(current.number).toBe(1);
  });
});

describe('settings', () => {
  test('are taken when the new generation is in place; those that cannot change live are named', async () => {
    argv = ['--timeout', '5s', '--bind', '127.0.0.1:7000', '--backlog', '9'];
    const report = await reload.run();
    expect(report.settings).toEqual({ taken: ['timeout'], notTaken: ['bind', 'backlog'] });
    expect(renewals[0]?.settings.timeout).toBe(5000);
    expect(settings).toMatchObject({ timeout: 5000, backlog: 2048, bind: [{ port: 8000 }] });
    expect((await reload.run()).settings).toEqual({ taken: [], notTaken: ['bind', 'backlog'] });
  });

  test('a change of the workers is part of the rollout; what was scaled by hand is over', async () => {
    argv = ['--workers', '3'];
    expect((await reload.run()).settings.taken).toContain('workers');
    await reload.run();
    expect(slots).toEqual([3, 3]);
  });

  test('with faults change nothing, and all faults are told', async () => {
    argv = ['--timeout', 'soon', '--queue-limit', 'many'];
    const error = await refusal();
    expect(error.code).toBe('RELOAD_FAILED');
    expect(error.message).toMatch(/--queue-limit: expected .*--timeout: expected/);
    expect(happened).toEqual(['failed early']);
  });

  test('are as before when a model fails', async () => {
    argv = ['--timeout', '5s'];
    broken.set('a 1', 'not a model');
    await refusal();
    expect(settings.timeout).toBe(30_000);
  });

  test('the default model changes with its setting, which must name one', async () => {
    argv = ['--default-model', 'b'];
    await reload.run();
    expect(current.defaultModel).toBe('b');
    argv = ['--default-model', 'none'];
    expect((await refusal()).message).toContain('there is no model "none"');
    expect(current.defaultModel).toBe('b');
  });
});

describe('what else is reloaded', () => {
  test('prepares first, and commits when all is in place', async () => {
    argv = ['--timeout', '5s'];
    reloadables.push(participant('tls'), participant('hooks'));
    await reload.run();
    expect(happened).toEqual([
      ...['tls prepares for 5000', 'hooks prepares for 5000', 'roll a 1, b 1', 'taken'],
      ...['tls commits at 5000', 'hooks commits at 5000'],
    ]);
  });

  test('fails all of it by its reason, and what others have prepared is thrown away', async () => {
    reloadables.push(participant('tls'), participant('hooks', 'no such file'));
    expect((await refusal()).message).toContain('hooks: no such file');
    expect(happened.slice(-2)).toEqual(['tls discards', 'failed early']);
  });

  test('throws away what it has prepared when a worker fails', async () => {
    reloadables.push(participant('tls'));
    broken.set('a 1', 'not a model');
    await refusal();
    expect(happened.at(-1)).toBe('tls discards');
  });
});

test('wishes for a reload while one is under way are one more reload', async () => {
  const runs = [1, 2, 3, 4].map(() => reload.run());
  expect((await Promise.all(runs)).map(({ generation }) => generation)).toEqual([2, 3, 3, 3]);
});

test('of a config that cannot be read the reason is told', async () => {
  argv = ['--config', '/none.jsonc'];
  expect(() => read()).toThrow(ConfigError);
  expect((await refusal()).message).toContain('cannot read /none.jsonc');
});
