import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readJsonHead } from '../../../../src/model/repository/json-head.js';
import { formatOf } from '../../../../src/model/repository/model-format.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-format-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array): string {
  const file = join(folder, name);
  writeFileSync(file, content);
  return file;
}

/** What this process has read so far, by the kernel's count. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1]);
}

describe('a .json file is told by its content', () => {
  test.each([
    ['{"learner":{"gradient_booster":{}},"version":[2,0,3]}', 'xgboost'],
    ['\uFEFF \n{ "version" : [1], "learner" : {} }', 'xgboost'],
    ['{"format":"layers-model","generatedBy":"keras","modelTopology":{}}', 'tfjs'],
    ['{"format":"graph-model","weightsManifest":[{"paths":[]}]}', 'tfjs'],
    [
      '{"a":{"modelTopology":1},"b":["weightsManifest",{"x":"\\"learner\\":"}],"learner":{}}',
      'xgboost',
    ],
    ['{"learner":{"cut off', 'xgboost'],
  ])('%s', (content, runtime) => {
    expect(formatOf(put('model.json', content))).toEqual({ runtime });
  });

  test.each([
    ['', /^is empty; expected an XGBoost model .* or a TensorFlow\.js model/],
    ['   \n', /^is empty/],
    ['[{"nodeid":0}]', /^is a list, as XGBoost dumps one.*save_model/],
    ['tree\n', /^is not JSON/],
    ['{}', /got an object without keys$/],
    ['{"a":{"learner":1},"b":"learner"}', /got an object with "a", "b"$/],
    ['{"learn', /got an object without keys$/],
    ['{"name":"tree","version":"v4","tree_info":[]}', /^is what LightGBM dumps/],
    ['{"class_name":"Sequential","keras_version":"2"}', /^is a Keras architecture/],
    ['{"__proto__":1,"constructor":2}', /"__proto__", "constructor"$/],
    [`{${Array.from({ length: 99 }, (_, i) => `"k${i}":1`).join()}}`, /"k0", .*"k7"$/],
  ])('%s is neither', (content, fault) => {
    expect(formatOf(put('model.json', content))).toEqual({ fault: expect.stringMatching(fault) });
  });

  test('from its head alone: of a file of 1 GB, 64 KB are read', () => {
    const file = put('model.json', '{"learner":{"trees":[0');
    truncateSync(file, 2 ** 30);
    const before = bytesRead();
    expect(formatOf(file)).toEqual({ runtime: 'xgboost' });
    expect(bytesRead() - before).toBeLessThan(1_000_000);
  });

  test('across the borders of what is read at a time', () => {
    const long = ' '.repeat(64 * 1024 - 5);
    expect(readJsonHead(put('a.json', `${long}{"learner":1}`), ['learner'])).toEqual({
      kind: 'object',
      keys: ['learner'],
    });
    const text = `{"a":"${'x'.repeat(64 * 1024)}\\","b":[],"learner":{}}`;
    expect(readJsonHead(put('b.json', text), ['learner'])).toEqual({ kind: 'object', keys: ['a'] });
  });
});

describe('other files are told by their ending', () => {
  test.each([
    ['model.onnx', 'onnx'],
    ['iris.ubj', 'xgboost'],
    ['iris.lgb', 'lightgbm'],
    ['a.mjs', 'module'],
    ['a.cjs', 'module'],
  ])('%s', (name, runtime) => {
    expect(formatOf(put(name, ''))).toEqual({ runtime });
  });

  test('a .txt file by its first line as well', () => {
    expect(formatOf(put('model.txt', 'tree\nversion=v4\n'))).toEqual({ runtime: 'lightgbm' });
    expect(formatOf(put('model.txt', 'tree\r\n'))).toEqual({ runtime: 'lightgbm' });
    for (const text of ['', 'trees are nice\n', 'tree']) {
      expect(formatOf(put('model.txt', text))).toEqual({
        fault: 'is not a LightGBM model; expected its first line to be "tree"',
      });
    }
  });

  test.each([
    ['model.pkl', /skl2onnx/],
    ['model.PT', /torch\.onnx/],
    ['model.h5', /tensorflowjs_converter/],
    ['model.bst', /\.json or \.ubj/],
    ['model.exe', /^not a model file; expected an ONNX model/],
    ['model', /^not a model file/],
  ])('%s is refused with what helps', (name, fault) => {
    expect(formatOf(put(name, ''))).toEqual({ fault: expect.stringMatching(fault) });
  });
});
