import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError } from '../../../../src/errors.js';
import { canRunTypeScript } from '../../../../src/model/repository/model-format.js';
import { findModels } from '../../../../src/model/repository/repository.js';

/** One version without labels. */
const ONLY = { isLatest: true, labels: [] };

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-repository-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content = ''): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

function faultsOf(path: string): readonly string[] {
  try {
    findModels(path);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).faults.map((fault) => fault.replaceAll(root, 'ROOT'));
  }
  throw new Error('it was accepted');
}

describe('a repository', () => {
  test('holds models in folders, plain or versioned, sorted by name', () => {
    const b = put('b/model.onnx');
    const a = put('a/10/model.mjs');
    put('a/9/model.mjs');
    expect(findModels(root)).toEqual([
      { name: 'a', version: '10', runtime: 'module', file: a, ...ONLY },
      { name: 'b', version: '1', runtime: 'onnx', file: b, ...ONLY },
    ]);
  });

  test('hidden folders, README files and files of no concern are ignored', () => {
    put('a/model.js');
    put('a/README.md');
    put('.git/model.onnx');
    put('README.md');
    put('readme/notes.txt');
    put('node_modules/x/model.js');
    put('tsconfig.json');
    expect(findModels(root).map(({ name }) => name)).toEqual(['a']);
  });

  test('a compiled module beside its TypeScript source is one model', () => {
    put('a/model.ts');
    const file = put('a/model.js');
    expect(findModels(root)).toEqual([
      { name: 'a', version: '1', runtime: 'module', file, ...ONLY },
    ]);
  });

  test.skipIf(canRunTypeScript())('a TypeScript module is refused where Node cannot run it', () => {
    put('a/model.ts');
    expect(faultsOf(root)).toEqual([
      `ROOT/a/model.ts: this Node (${process.version}) cannot run TypeScript; compile it to model.js beside it, or use Node 22.18 or newer.`,
    ]);
  });

  test('without a model is a fault', () => {
    expect(faultsOf(root)).toEqual([
      'ROOT: no model here; expected a model file: model.onnx, model.json, model.ubj, model.txt, model.js or model.mjs; or folders that hold one, such as NAME/model.onnx or NAME/1/model.onnx.',
    ]);
  });

  test('all faults are told at once', () => {
    put('bad name/model.onnx');
    put('both/model.onnx');
    put('both/1/model.onnx');
    put('empty/notes.txt');
    put('two/model.js');
    put('two/model.onnx');
    put('stray.onnx');
    put('good/model.onnx');
    put('settings/model.onnx');
    put('settings/forkcast.json', '{"timeot": 1}');
    symlinkSync('/nowhere', join(root, 'broken'));
    expect(faultsOf(root)).toEqual([
      'ROOT/bad name: "bad name" cannot be a model\'s name; expected 1 to 128 letters, digits, dots, underscores or dashes.',
      'ROOT/both: has both model.onnx and version folders (1); keep one of them.',
      'ROOT/broken: the link points at nothing.',
      'ROOT/empty: no model here; expected a model file: model.onnx, model.json, model.ubj, model.txt, model.js or model.mjs.',
      'ROOT/settings/forkcast.json: unknown setting "timeot"; did you mean timeout?',
      'ROOT/stray.onnx: lies beside the model folders; move it to stray/model.onnx.',
      'ROOT/two: has model.onnx and model.js; keep one of them, or name it with "file" in forkcast.json.',
    ]);
  });

  test('a link must not leave it; one inside it is followed', () => {
    const outside = mkdtempSync(join(tmpdir(), 'forkcast-outside-'));
    writeFileSync(join(outside, 'model.js'), '');
    put('a/model.onnx');
    symlinkSync(join(root, 'a'), join(root, 'alias'));
    symlinkSync(outside, join(root, 'thief'));
    mkdirSync(join(root, 'sly'));
    symlinkSync(join(outside, 'model.js'), join(root, 'sly', 'model.js'));
    const leaves = 'the link leaves ROOT; a model must lie inside its repository.';
    expect(faultsOf(root)).toEqual([`ROOT/sly/model.js: ${leaves}`, `ROOT/thief: ${leaves}`]);
    rmSync(join(root, 'thief'));
    rmSync(join(root, 'sly'), { recursive: true });
    expect(findModels(root).map(({ name }) => name)).toEqual(['a', 'alias']);
    rmSync(outside, { recursive: true });
  });
});

describe('PATH', () => {
  test('may be a folder with one model', () => {
    const file = put('digits/model.onnx');
    const plan = { name: 'digits', version: '1', runtime: 'onnx', file, ...ONLY };
    expect(findModels(join(root, 'digits'))).toEqual([plan]);
  });

  test('may be a model folder with versions', () => {
    put('digits/1/model.onnx');
    const file = put('digits/2/model.onnx');
    put('digits/forkcast.json', '{"retry": false}');
    const plan = { name: 'digits', version: '2', runtime: 'onnx', file, retry: false, ...ONLY };
    expect(findModels(join(root, 'digits'))).toEqual([plan]);
  });

  test('may be a file: named by itself, or by its folder where it is just model', () => {
    const plain = put('iris.onnx');
    const model = put('digits/model.mjs');
    const versioned = put('wine/3/model.js');
    put('wine/forkcast.json', '{"timeout": "5s"}');
    expect(findModels(plain)[0]).toMatchObject({ name: 'iris', version: '1', runtime: 'onnx' });
    expect(findModels(model)[0]).toMatchObject({ name: 'digits', runtime: 'module' });
    const wine = { name: 'wine', version: '3', timeoutMs: 5000 };
    expect(findModels(versioned)[0]).toMatchObject(wine);
  });

  test('that is not there, or no model file, is a fault', () => {
    const note = put('note.md');
    expect(faultsOf(join(root, 'nope'))).toEqual(['ROOT/nope: there is no such file or folder.']);
    expect(faultsOf(note)).toEqual([
      'ROOT/note.md: not a model file; expected an ONNX model (.onnx), XGBoost (.json, .ubj), LightGBM (.txt), TensorFlow.js (.json) or a module (.js, .mjs, .ts).',
    ]);
  });

  test('a relative PATH is taken from the working folder, and gives absolute files', () => {
    const [plan] = findModels('test/fixtures/models/echo');
    expect(basename(plan?.file ?? '')).toBe('model.mjs');
    expect(plan).toMatchObject({
      name: 'echo',
      file: join(process.cwd(), 'test/fixtures/models/echo/model.mjs'),
    });
  });
});

describe('forkcast.json', () => {
  test('holds timeout, retry, warmup and maxBatchRows, with comments', () => {
    put('a/model.onnx');
    put(
      'a/forkcast.json',
      '{\n// slow\n"timeout": "2m", "retry": false, "warmup": {"inputs": [1]}, "maxBatchRows": 8,}',
    );
    expect(findModels(root)[0]).toMatchObject({
      timeoutMs: 120_000,
      retry: false,
      warmup: { inputs: [1] },
      maxBatchRows: 8,
    });
  });

  test.each([
    ['{"timeout": "soon"}', /timeout: expected a duration such as .*, got "soon"\.$/],
    ['{"timeout": -1}', /timeout: expected a duration/],
    ['{"retry": 1}', /retry: expected true or false, got 1\.$/],
    [
      '{"warmup": true}',
      /warmup: expected false, an example such as .*, or a list of examples, got true\.$/,
    ],
    ['{"maxBatchRows": 0}', /maxBatchRows: expected a whole number from 1 to 65536, got 0\.$/],
    ['{"maxBatchRows": 65537}', /maxBatchRows: .*, got 65537\.$/],
    ['{"maxBatchRows": 1.5}', /maxBatchRows: .*, got 1\.5\.$/],
    ['{"maxBatchRows": "8"}', /maxBatchRows: .*, got "8"\.$/],
    ['{"\\u005f_proto__": 1}', /unknown setting/],
    ['[]', /expected an object of settings\.$/],
    ['{\n"retry"\n}', /forkcast\.json:3: not valid JSON\.$/],
  ])('%s is a fault', (text, fault) => {
    put('a/model.onnx');
    put('a/forkcast.json', text);
    const faults = faultsOf(root);
    expect(faults).toHaveLength(1);
    expect(faults[0]).toMatch(fault);
  });
});
