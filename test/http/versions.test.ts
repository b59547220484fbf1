/** Several versions of a model in one app: which of them a path means. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planModels } from '../../src/model/repository/plan.js';
import { type ModelApp, modelApp } from './model-app.js';

let root: string;
let served: ModelApp;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-versions-'));
  for (const version of ['1', '2', '10']) {
    mkdirSync(join(root, 'count', version), { recursive: true });
    const code = `export const predict = (instances) => instances.map(() => ${version});`;
    writeFileSync(join(root, 'count', version, 'model.mjs'), code);
  }
  const settings = { versions: { latest: 2 }, labels: { stable: 2, canary: 10 } };
  writeFileSync(join(root, 'count/forkcast.json'), JSON.stringify(settings));
  served = await modelApp([root], planModels(root, undefined).defaultModel);
});

afterAll(() => rmSync(root, { recursive: true }));

test.each([
  ['/predict', 10],
  ['/v1/models/count:predict', 10],
  ['/v1/models/count/versions/2:predict', 2],
  ['/v1/models/count/labels/stable:predict', 2],
  ['/v1/models/count/labels/canary:predict', 10],
])('%s asks version %i', async (url, version) => {
  expect((await served.post(url, { instances: [0] })).json).toEqual({ predictions: [version] });
});

test.each([
  ['/v1/models/count/versions/1:predict', /has no version "1"; expected one of: 2, 10$/],
  ['/v1/models/count/versions/02:predict', /has no version "02"/],
  ['/v1/models/count/labels/best:predict', /has no label "best"; expected one of: stable, canary$/],
])('%s is not served', async (url, error) => {
  const { status, json } = await served.post(url, { instances: [0] });
  expect(status).toBe(404);
  expect(json).toMatchObject({ code: 'VERSION_NOT_FOUND', error: expect.stringMatching(error) });
});
