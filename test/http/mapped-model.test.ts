/** A model whose `forkcast.json` names its tensors anew, through the routes. */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ModelApp, modelApp } from './model-app.js';

const FIXTURE = new URL('../fixtures/models/two-by-two', import.meta.url);
const SETTINGS = {
  inputs: { left: 'a', right: { from: 'b' } },
  outputs: { larger: { from: 'is_greater' } },
  warmup: [
    { instances: [{ left: [1, 2], right: [3, 4] }] },
    { inputs: { left: [[1, 2]], right: [[3, 4]] } },
  ],
};

let folder: string;
let served: ModelApp;

beforeAll(async () => {
  folder = join(mkdtempSync(join(tmpdir(), 'forkcast-mapped-')), 'pairs');
  cpSync(FIXTURE, folder, { recursive: true });
  writeFileSync(join(folder, 'forkcast.json'), JSON.stringify(SETTINGS));
  served = await modelApp([folder]);
});

afterAll(() => rmSync(join(folder, '..'), { recursive: true }));

test('takes and gives the names of forkcast.json', async () => {
  const rows = { instances: [{ left: [1, 2], right: [3, 4] }] };
  expect((await served.post('/predict', rows)).json).toEqual({
    predictions: [{ sum: [4, 6], larger: false }],
  });
  const columns = { inputs: { left: [[5, 2]], right: [[3, 4]] } };
  expect((await served.post('/v1/models/pairs:predict', columns)).json).toEqual({
    outputs: { sum: [[8, 6]], larger: [true] },
  });
});

test('knows no others', async () => {
  const { status, json } = await served.post('/predict', { instances: [{ a: [1, 2], b: [3, 4] }] });
  expect(status).toBe(400);
  expect(json.error).toMatch(/"a"/);
  expect(json.error).toMatch(/left|right/);
});

test('what does not fit the model keeps it from loading, with the reason', async () => {
  writeFileSync(join(folder, 'forkcast.json'), JSON.stringify({ inputs: { left: 'c' } }));
  await expect(modelApp([folder])).rejects.toThrow(
    /^model "pairs" \(.*\) could not load: inputs\.left: the model has no "c", only "a", "b"/,
  );
});

test('a warm-up body that the model cannot take does so as well', async () => {
  const warmup = [{ instances: [{ a: [1, 2], b: [1, 2] }] }, { instances: [{ a: [1, 2] }] }];
  writeFileSync(join(folder, 'forkcast.json'), JSON.stringify({ warmup }));
  await expect(modelApp([folder])).rejects.toThrow(/failed on its warm-up example: .*"b"/);
});
