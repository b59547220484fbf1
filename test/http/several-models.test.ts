/** One module that is several models. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { loadModel } from '../../src/model/load-model.js';
import type { Model } from '../../src/model/model.js';
import type { ModelPlan } from '../../src/model/model-plan.js';
import { findModels } from '../../src/model/repository/repository.js';
import { modelApp } from './model-app.js';

let root: string;
let modules = 0;

const logger = { info() {}, warn() {}, error() {} };

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-several-'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

/** The folder of a new module; its files are never imported twice. */
function write(name: string, source: string): string {
  const folder = join(root, `${modules++}`, name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'model.mjs'), source);
  return folder;
}

async function load(
  folder: string,
  told: Partial<ModelPlan> = {},
  loaded: readonly Model[] = [],
): Promise<readonly Model[]> {
  const [plan] = findModels(folder);
  if (plan === undefined) throw new Error('no plan');
  return loadModel({ ...plan, ...told }, { threads: 1, logger, loaded });
}

const TOOLS = `
  export const double = (rows) => rows.map((x) => 2 * x);
  export const half = { timeout: '1s', retry: false, predict: (rows) => rows.map((x) => x / 2) };
  export const timeout = '5s';
  export const streamTimeout = '1m';
`;

test('each function is a model by the name of its export', async () => {
  const { post } = await modelApp([write('tools', TOOLS)]);
  const ask = (name: string) => post(`/v1/models/${name}:predict`, { instances: [3] });
  expect((await ask('double')).json).toEqual({ predictions: [6] });
  expect((await ask('half')).json).toEqual({ predictions: [1.5] });
  expect(await ask('tools')).toMatchObject({
    status: 404,
    json: { error: 'there is no model "tools"; expected one of: double, half' },
  });
});

test('a default export goes by the name of the folder, beside the others', async () => {
  const { post } = await modelApp([
    write(
      'math',
      'export default (rows) => rows; export const negated = { predict: (r) => r.map((x) => -x) };',
    ),
  ]);
  const ask = (name: string) => post(`/v1/models/${name}:predict`, { instances: [3] });
  expect((await ask('math')).json).toEqual({ predictions: [3] });
  expect((await ask('negated')).json).toEqual({ predictions: [-3] });
});

test('settings: its own, else those of the module; forkcast.json has the last word for all', async () => {
  const folder = write('tools', TOOLS);
  const own = { plan: 'tools', version: '1', runtime: 'module' };
  expect(await load(folder)).toMatchObject([
    { ...own, name: 'double', timeoutMs: 5000, streamTimeoutMs: 60_000, isRetryable: true },
    { ...own, name: 'half', timeoutMs: 1000, isRetryable: false },
  ]);
  expect(await load(folder, { timeoutMs: 50, retry: true })).toMatchObject([
    { timeoutMs: 50, isRetryable: true },
    { timeoutMs: 50, isRetryable: true },
  ]);
});

test('what they share is loaded first, and disposed of last', async () => {
  const name = `events${modules}`;
  const models = await load(
    write(
      'shared',
      `const events = (globalThis.${name} = []);
       const model = (which) => ({
         load: () => void events.push('load ' + which),
         dispose: () => void events.push('dispose ' + which),
         predict: (rows) => rows,
       });
       export const a = model('a');
       export const b = model('b');
       export const load = async ({ folder }) => void events.push('load all', typeof folder);
       export const dispose = () => void events.push('dispose all');`,
    ),
  );
  for (const model of models) await model.dispose();
  expect(globalThis).toHaveProperty(name, [
    ...['load all', 'string', 'load a', 'load b'],
    ...['dispose a', 'dispose b', 'dispose all'],
  ]);
});

describe('refused at load', () => {
  test.each([
    [
      'export const a = {predict() {}, retry: 5}; export const b = () => [];',
      'a: the module: retry: ',
    ],
    ['export const a = { predict() {}, load() { throw new Error("no net"); } };', 'a: no net'],
    [
      'export const $ = () => []; export const b = () => [];',
      '$: the export "$" cannot be a model',
    ],
    [
      'export default (r) => r; export const same = { predict() {} };',
      'there are two models "same"',
    ],
  ])('%s', async (source, reason) => {
    await expect(load(write('same', source))).rejects.toMatchObject({
      exitCode: 11,
      message: expect.stringContaining(reason),
    });
  });

  test('a name that another folder has', async () => {
    const other = await load(write('double', 'export default (rows) => rows;'));
    await expect(load(write('tools', TOOLS), {}, other)).rejects.toMatchObject({
      exitCode: 11,
      message: expect.stringContaining(
        'there are two models "double": an export of the module "tools", and that of its folder',
      ),
    });
  });

  test('but not the same names in another version of the same module', async () => {
    const folder = write('tools', TOOLS);
    const first = await load(folder);
    expect(await load(folder, { version: '2' }, first)).toHaveLength(2);
    await expect(load(folder, {}, first)).rejects.toThrow('there are two models "double"');
  });
});
