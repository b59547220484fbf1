import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readXgboostFile } from '../../../../../src/model/trees/xgboost/file.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-xgboost-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(content: string): Promise<unknown> {
  const file = join(folder, 'model.json');
  writeFileSync(file, content, 'latin1');
  return readXgboostFile(file);
}

test.each([
  ['JSON', '{"a": [1, NaN]}', { a: [1, null] }],
  ['JSON over several lines', ' \n{\n  "a": 1\n}\n', { a: 1 }],
  ['JSON with a byte order mark', '\xef\xbb\xbf{"a": 1}', { a: 1 }],
  ['UBJSON', '{i\x01aU\x07}', { a: 7 }],
])('%s, whatever the file is called', async (_name, content, value) => {
  expect(await read(content)).toEqual(value);
});

test.each([
  ['', 'it is empty'],
  [' \n', 'it is empty'],
  [
    'binf\0\0',
    "it is in XGBoost's old binary format; load it there and save the model with save_model()",
  ],
  ['\x80\x04\x95', 'it is a Python pickle; save the model with save_model() as .json or .ubj'],
  ['[{"nodeid": 0}]', 'it is a list, as dump_model() writes it, which lacks the objective'],
  ['booster[0]:', 'it is neither JSON nor UBJSON'],
  ['{"learner": {', /^not valid JSON: .*; is it cut short\?$/],
  ['{"learner": x}', /^not valid JSON: [^;]*$/],
  ['{', /^not valid JSON: /],
  ['{L\0\0', 'not valid UBJSON at byte 4: it ends in the middle: is it cut short?'],
])('%j is refused', async (content, problem) => {
  await expect(read(content)).rejects.toThrow(problem);
});
