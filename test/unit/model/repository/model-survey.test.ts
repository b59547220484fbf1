/** Repositories of several models and versions, and what is wrong with them. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { planModels } from '../../../../src/model/repository/plan.js';
import { findModels, surveyRepository } from '../../../../src/model/repository/repository.js';

const XGBOOST = '{"learner":{},"version":[2,0,3]}';
const TFJS = '{"format":"layers-model","modelTopology":{},"weightsManifest":[]}';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-survey-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content: string | object = ''): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
  return file;
}

function link(path: string, target: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
}

/** What is served, in short. */
function served(path: string = root): string[] {
  return findModels(path).map(
    ({ name, version, runtime, isLatest, labels }) =>
      `${name}/${version} ${runtime}${isLatest ? ' latest' : ''}${labels.map((one) => ` ${one}`).join('')}`,
  );
}

/** Every fault there is, whoever has it. */
function faultsOf(path: string = root): string[] {
  const { models, faults } = surveyRepository(path);
  const all = [...models.flatMap((model) => model.faults), ...faults];
  return all.map((fault) => fault.replaceAll(root, 'ROOT'));
}

describe('versions', () => {
  beforeEach(() => {
    for (const version of ['1', '2', '10']) put(`wine/${version}/model.onnx`);
  });

  test('the highest alone is served, if nothing is said', () => {
    expect(served()).toEqual(['wine/10 onnx latest']);
  });

  test('as many as the policy says, with their labels', () => {
    put('wine/forkcast.json', { versions: { latest: 2 }, labels: { stable: 2, canary: '10' } });
    expect(served()).toEqual(['wine/2 onnx stable', 'wine/10 onnx latest canary']);
    put('wine/forkcast.json', { versions: 'all' });
    expect(served()).toEqual(['wine/1 onnx', 'wine/2 onnx', 'wine/10 onnx latest']);
    put('wine/forkcast.json', { versions: ['2', 1], labels: { stable: 1 } });
    expect(served()).toEqual(['wine/1 onnx stable', 'wine/2 onnx latest']);
  });

  test('that are not there, and labels of such, are faults', () => {
    put('wine/forkcast.json', { versions: [2, 3], labels: { stable: 10, canary: 4 } });
    expect(faultsOf()).toEqual([
      'ROOT/wine/forkcast.json: versions: there is no version 3; expected some of: 1, 2, 10.',
      'ROOT/wine/forkcast.json: labels.stable: version 10 is there but not served ("versions" chooses 2).',
      'ROOT/wine/forkcast.json: labels.canary: there is no version 4; expected one of: 2.',
    ]);
  });

  test('only those that are served are looked at', () => {
    mkdirSync(join(root, 'wine/9'));
    expect(served()).toEqual(['wine/10 onnx latest']);
    mkdirSync(join(root, 'wine/11'));
    const none =
      'no model here; expected a model file: model.onnx, model.json, model.ubj, model.txt, model.js or model.mjs.';
    expect(faultsOf()).toEqual([`ROOT/wine/11: ${none}`]);
  });

  test('beyond 2^53 are told apart', () => {
    put('big/9007199254740993/model.onnx');
    put('big/9007199254740992/model.onnx');
    expect(served(join(root, 'big'))).toEqual(['big/9007199254740993 onnx latest']);
  });

  test('with leading zeros, or beside a model file, are faults; other folders are not', () => {
    put('wine/01/model.onnx');
    put(`wine/${'7'.repeat(30)}/model.onnx`);
    put('wine/notes/model.onnx');
    put('wine/v3/model.onnx');
    put('wine/model.onnx');
    expect(faultsOf()).toEqual([
      'ROOT/wine/01: not a version; expected at most 19 digits without leading zeros, such as 1.',
      `ROOT/wine/${'7'.repeat(30)}: not a version; expected at most 19 digits without leading zeros, such as ${'7'.repeat(19)}.`,
      `ROOT/wine: has both model.onnx and version folders (1, 2, 10, 01, ${'7'.repeat(30)}); keep one of them.`,
    ]);
  });

  test('of different formats are versions of one model', () => {
    put('wine/11/model.json', XGBOOST);
    put('wine/forkcast.json', { versions: { latest: 2 } });
    expect(served()).toEqual(['wine/10 onnx', 'wine/11 xgboost latest']);
  });

  test('may have settings of their own, which win key by key', () => {
    put('wine/forkcast.json', { versions: { latest: 2 }, timeout: '5s', threads: 3 });
    put('wine/10/forkcast.json', { timeout: '1s', warmup: false });
    expect(findModels(root)).toMatchObject([
      { version: '2', timeoutMs: 5000, threads: 3 },
      { version: '10', timeoutMs: 1000, threads: 3, warmup: false },
    ]);
    put('wine/10/forkcast.json', { versions: 'all' });
    expect(faultsOf()).toEqual([
      "ROOT/wine/10/forkcast.json: versions: holds for all versions; set it in the model's own folder.",
    ]);
  });

  test('a plain folder is version 1, also for its labels', () => {
    put('plain/model.onnx');
    put('plain/forkcast.json', { versions: 'all', labels: { stable: 1 } });
    expect(served(join(root, 'plain'))).toEqual(['plain/1 onnx latest stable']);
  });

  test('make no second model for POST /predict: the latest is meant', () => {
    put('wine/forkcast.json', { versions: 'all' });
    expect(planModels(root, undefined).defaultModel).toBe('wine');
    put('beer/model.onnx');
    expect(planModels(root, undefined).defaultModel).toBeUndefined();
    expect(() => planModels(root, 'wein')).toThrow(/there is no model "wein" .*: beer, wine\.$/);
  });
});

describe('formats', () => {
  test('are told by name and content', () => {
    put('a/model.json', XGBOOST);
    put('b/model.json', TFJS);
    put('c/model.ubj', '{');
    put('d/model.txt', 'tree\n');
    put('e/model.mjs');
    expect(served()).toEqual([
      'a/1 xgboost latest',
      'b/1 tfjs latest',
      'c/1 xgboost latest',
      'd/1 lightgbm latest',
      'e/1 module latest',
    ]);
  });

  test('of a file on the command line, whatever it is called', () => {
    expect(served(put('iris.ubj', '{'))).toEqual(['iris/1 xgboost latest']);
    expect(served(put('iris.json', XGBOOST))).toEqual(['iris/1 xgboost latest']);
    expect(served(put('web.json', TFJS))).toEqual(['web/1 tfjs latest']);
    expect(served(put('iris.txt', 'tree\n'))).toEqual(['iris/1 lightgbm latest']);
    expect(faultsOf(put('iris.pkl'))).toEqual([
      'ROOT/iris.pkl: a Python pickle cannot be served; convert a scikit-learn model to ONNX with skl2onnx.',
    ]);
  });

  test('what only looks like a model file is none beside one', () => {
    put('a/model.onnx');
    put('a/model.txt', 'How this model was made');
    put('a/model.json', '{"author": "me"}');
    expect(served()).toEqual(['a/1 onnx latest']);
    put('a/model.json', XGBOOST);
    expect(faultsOf()).toEqual([
      'ROOT/a: has model.onnx and model.json; keep one of them, or name it with "file" in forkcast.json.',
    ]);
  });

  test('what no runtime takes is told with what helps', () => {
    put('a/model.json', '{"author": "me"}');
    put('b/model.joblib');
    put('c/iris.onnx');
    expect(faultsOf()).toEqual([
      expect.stringMatching(/^ROOT\/a\/model\.json: is neither; .* got an object with "author"\.$/),
      'ROOT/b: no model here, but model.joblib: a Python pickle cannot be served; convert a scikit-learn model to ONNX with skl2onnx.',
      'ROOT/c: no model here, but iris.onnx; call it model.onnx, or name it with "file" in forkcast.json.',
    ]);
  });

  test('a folder that is called like a model file is none', () => {
    put('a/model.onnx/weights.bin');
    expect(faultsOf()).toEqual([expect.stringMatching(/^ROOT\/a: no model here; expected /)]);
  });

  test('"runtime" wins over what the file looks like', () => {
    put('a/model.json', '{"author": "me"}');
    put('a/forkcast.json', { runtime: 'xgboost' });
    put('b/model.onnx');
    put('b/model.mjs');
    put('b/forkcast.json', { runtime: 'module' });
    expect(served()).toEqual(['a/1 xgboost latest', 'b/1 module latest']);
    put('a/forkcast.json', { runtime: 'onnx' });
    expect(faultsOf()).toEqual([
      'ROOT/a: "runtime" in forkcast.json is onnx, but model.json is not for it.',
    ]);
  });

  test('"file" names the model file', () => {
    put('a/export/trees.json', XGBOOST);
    put('a/forkcast.json', { file: 'export/trees.json' });
    put('b/1/weights.bin');
    put('b/2/weights.bin');
    put('b/forkcast.json', { file: 'weights.bin', runtime: 'xgboost', versions: 'all' });
    expect(served()).toEqual(['a/1 xgboost latest', 'b/1 xgboost', 'b/2 xgboost latest']);
    put('a/forkcast.json', { file: 'export/tree.json' });
    put('b/forkcast.json', { file: '2' });
    expect(faultsOf()).toEqual([
      'ROOT/a/export/tree.json: there is no such file; "file" in forkcast.json names it.',
      'ROOT/b/2/2: there is no such file; "file" in forkcast.json names it.',
    ]);
    put('b/2/2/x');
    expect(faultsOf().at(-1)).toBe('ROOT/b/2/2: expected a file.');
  });
});

describe('a pipeline', () => {
  test('is a folder with settings and no model file; parts come first', () => {
    put('all/forkcast.json', { pipeline: ['zoom', 'nested'] });
    put('nested/forkcast.json', { pipeline: [{ model: 'zoom', version: 2 }] });
    put('zoom/2/model.mjs');
    expect(served()).toEqual([
      'zoom/2 module latest',
      'nested/1 pipeline latest',
      'all/1 pipeline latest',
    ]);
    const [, nested] = findModels(root);
    expect(nested).toMatchObject({
      file: join(root, 'nested/forkcast.json'),
      pipeline: { steps: [{ model: 'zoom', version: '2' }] },
    });
  });

  test('of a version is in the folder of that version', () => {
    put('zoom/model.mjs');
    put('all/1/model.mjs');
    put('all/2/forkcast.json', { pipeline: ['zoom'] });
    put('all/forkcast.json', { versions: 'all' });
    expect(served()).toEqual(['all/1 module', 'zoom/1 module latest', 'all/2 pipeline latest']);
    expect(findModels(root).at(-1)?.file).toBe(join(root, 'all/2/forkcast.json'));
  });

  test('must have all its parts, and not itself', () => {
    put('a/forkcast.json', { pipeline: ['b', 'nope', { model: 'm', version: 3 }] });
    put('b/forkcast.json', { pipeline: ['c'] });
    put('c/forkcast.json', { pipeline: ['b'] });
    put('m/model.mjs');
    expect(faultsOf()).toEqual([
      'ROOT/a/forkcast.json: pipeline: there is no model "nope"; expected one of: b, c, m.',
      'ROOT/a/forkcast.json: pipeline: version 3 of model "m" is not served; expected one of: 1.',
      'ROOT/b/forkcast.json: pipeline: "b" is a part of itself.',
      'ROOT/c/forkcast.json: pipeline: "c" is a part of itself.',
    ]);
  });

  test('has its own modules in its folder', () => {
    put('p/forkcast.json', { pipeline: [{ module: './scale.mjs' }, { module: './lib/x.mjs' }] });
    put('p/scale.mjs');
    expect(faultsOf()).toEqual([
      'ROOT/p/lib/x.mjs: there is no such file; a step of the pipeline names it.',
    ]);
    const outside = mkdtempSync(join(tmpdir(), 'forkcast-outside-'));
    writeFileSync(join(outside, 'x.mjs'), '');
    link('p/lib/x.mjs', join(outside, 'x.mjs'));
    expect(faultsOf()).toEqual([
      expect.stringMatching(/^ROOT\/p\/lib\/x\.mjs: the link leaves ROOT/),
    ]);
    rmSync(outside, { recursive: true });
  });

  test('is not blamed for the faults of a part', () => {
    put('a/forkcast.json', { pipeline: ['b'] });
    put('b/forkcast.json', { timeout: 'soon' });
    put('b/model.mjs');
    expect(faultsOf()).toEqual([expect.stringMatching(/^ROOT\/b\/forkcast\.json: timeout/)]);
    rmSync(join(root, 'b/model.mjs'));
    expect(faultsOf()).toEqual([
      expect.stringMatching(/^ROOT\/b\/forkcast\.json: timeout/),
      expect.stringMatching(/^ROOT\/b: no model here/),
    ]);
  });

  test('has no model file, and no other runtime', () => {
    put('a/forkcast.json', { pipeline: ['m'] });
    put('a/model.onnx');
    put('b/forkcast.json', { pipeline: ['m'], runtime: 'onnx' });
    put('c/forkcast.json', { runtime: 'pipeline' });
    put('m/model.mjs');
    expect(faultsOf()).toEqual([
      'ROOT/a: has both model.onnx and a "pipeline" in forkcast.json; keep one of them.',
      'ROOT/b/forkcast.json: has both "pipeline" and the runtime onnx; keep one of them.',
      'ROOT/c/forkcast.json: runtime: "pipeline" needs "pipeline", the list of its steps.',
    ]);
  });
});

describe('a survey', () => {
  test("keeps one model's faults from the others", () => {
    put('good/model.onnx');
    put('bad/model.onnx');
    put('bad/forkcast.json', '{');
    put('stray.ubj');
    const { models, faults } = surveyRepository(root);
    expect(models.map(({ name, plans, faults: own }) => [name, plans.length, own.length])).toEqual([
      ['bad', 1, 1],
      ['good', 1, 0],
    ]);
    expect(models[1]?.path).toBe(join(root, 'good'));
    expect(faults).toEqual([
      `${root}/stray.ubj: lies beside the model folders; move it to stray/model.ubj.`,
    ]);
  });

  test('of a folder that has become empty has no fault of its own; of none has one', () => {
    expect(surveyRepository(root)).toEqual({ models: [], faults: [] });
    expect(surveyRepository(join(root, 'x')).faults).toEqual([
      `${root}/x: there is no such file or folder.`,
    ]);
  });
});

describe('settings at PATH itself', () => {
  test('are those of a model where they name it, or it lies beside them', () => {
    put('export/model.onnx');
    put('forkcast.json', { file: 'export/model.onnx' });
    expect(served(root)).toEqual([expect.stringMatching(/\/1 onnx latest$/)]);
    put('forkcast.json', { pipeline: 1 });
    expect(faultsOf()).toEqual([
      expect.stringMatching(/^ROOT\/forkcast\.json: pipeline: expected/),
    ]);
  });

  test('are a fault beside models: they would hold for none', () => {
    put('wine/model.onnx');
    put('forkcast.json', { timeout: 1 });
    expect(faultsOf()).toEqual([
      'ROOT/forkcast.json: no model file is beside it; put it in the folder of its model.',
    ]);
    expect(surveyRepository(root).models[0]?.plans).toHaveLength(1);
  });

  test('with nothing to serve: what lies there is told', () => {
    put('iris.pkl');
    expect(() => findModels(root)).toThrow(/no model here, but iris\.pkl: a Python pickle/);
  });
});

describe('links', () => {
  test('a swap inside the model folder', () => {
    put('wine/v1/model.onnx');
    put('wine/v2/model.json', XGBOOST);
    link('wine/current', 'v1');
    put('wine/forkcast.json', { file: 'current/model.onnx' });
    expect(served()).toEqual(['wine/1 onnx latest']);
    put('wine/v1/model.json', XGBOOST);
    put('wine/forkcast.json', { file: 'current/model.json' });
    link('wine/next', 'v2');
    renameSync(join(root, 'wine/next'), join(root, 'wine/current'));
    expect(findModels(root)[0]?.file).toBe(join(root, 'wine/current/model.json'));
  });

  test('a model folder that is one, and a repository that is one', () => {
    put('.releases/2024/wine/model.onnx');
    link('wine', '.releases/2024/wine');
    expect(served()).toEqual(['wine/1 onnx latest']);
    link('current', '.releases/2024');
    expect(served(join(root, 'current'))).toEqual(['wine/1 onnx latest']);
  });

  test('as Kubernetes mounts a ConfigMap', () => {
    put('wine/..2024_01_01/model.onnx');
    put('wine/..2024_01_01/forkcast.json', { timeout: '1s' });
    link('wine/..data', '..2024_01_01');
    link('wine/model.onnx', '..data/model.onnx');
    link('wine/forkcast.json', '..data/forkcast.json');
    expect(served()).toEqual(['wine/1 onnx latest']);
    expect(findModels(join(root, 'wine'))[0]?.timeoutMs).toBe(1000);
  });

  test('out of the repository, in any place', () => {
    const outside = mkdtempSync(join(tmpdir(), 'forkcast-outside-'));
    mkdirSync(join(outside, '1'));
    for (const file of ['model.onnx', '1/model.onnx', 'forkcast.json']) {
      writeFileSync(join(outside, file), '{"secret": 1}');
    }
    link('a/1', join(outside, '1'));
    link('b/forkcast.json', join(outside, 'forkcast.json'));
    put('b/model.onnx');
    put('c/forkcast.json', { file: 'far/model.onnx' });
    link('c/far', outside);
    link('d', outside);
    const leaves = 'the link leaves ROOT; a model must lie inside its repository.';
    expect(faultsOf()).toEqual([
      `ROOT/a/1: ${leaves}`,
      `ROOT/b/forkcast.json: ${leaves}`,
      `ROOT/c/far/model.onnx: ${leaves}`,
      `ROOT/d: ${leaves}`,
    ]);
    rmSync(outside, { recursive: true });
  });
});

describe('hostile repositories', () => {
  test('links in a circle, to nothing, and pipes nobody writes to', () => {
    link('loop', 'loop');
    link('a/model.onnx', 'model.onnx');
    link('b/forkcast.json', 'nowhere');
    put('b/model.onnx');
    for (const path of ['c/model.json', 'd/forkcast.json']) {
      mkdirSync(dirname(join(root, path)));
      execFileSync('mkfifo', [join(root, path)]);
    }
    put('d/model.onnx');
    expect(faultsOf()).toEqual([
      'ROOT/a/model.onnx: expected a file.',
      'ROOT/b/forkcast.json: the link points at nothing.',
      'ROOT/c/model.json: expected a file.',
      'ROOT/d/forkcast.json: expected a file.',
      'ROOT/loop: the link points at nothing.',
    ]);
    expect(faultsOf(join(root, 'c/model.json'))).toEqual([
      'ROOT/c/model.json: expected a file or a folder.',
    ]);
  });

  test('settings that are no text, or larger than any settings are', () => {
    put('a/model.onnx');
    writeFileSync(join(root, 'a/forkcast.json'), Buffer.from([0xff, 0xfe, 0x00]));
    put('b/model.onnx');
    put('b/forkcast.json', `{"warmup": {"inputs": "${'x'.repeat(16 * 1024 * 1024)}"}}`);
    mkdirSync(join(root, 'c/forkcast.json'), { recursive: true });
    put('c/model.onnx');
    expect(faultsOf()).toEqual([
      'ROOT/a/forkcast.json:1: not valid JSON.',
      'ROOT/b/forkcast.json: larger than 4194304 bytes.',
      'ROOT/c/forkcast.json: expected a file.',
    ]);
  });

  test('names that are no names', () => {
    put('a\nb/model.onnx');
    put(`${'x'.repeat(129)}/model.onnx`);
    put('ümlaut/model.onnx');
    expect(faultsOf()).toHaveLength(3);
    for (const fault of faultsOf())
      expect(fault).toMatch(/cannot be a model's name; expected 1 to 128/);
    expect(faultsOf(put('a b.onnx'))).toEqual([
      'ROOT/a b.onnx: "a b" cannot be a model\'s name; expected 1 to 128 letters, digits, dots, underscores or dashes.',
    ]);
  });
});
