/** XGBoost and LightGBM models, from a repository to replies. */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ModelApp, modelApp } from './model-app.js';
import { bytesOf, inferBinary, inferJson } from './v2-client.js';

const TREES = fileURLToPath(new URL('../fixtures/trees', import.meta.url));
const WINE = fileURLToPath(new URL('../../models/wine', import.meta.url));

/** Folder in the repository → what is in it. */
const MODELS = {
  binary: { from: 'xgb-binary.ubj', file: 'model.ubj' },
  named: { from: 'xgb-early.json', file: 'model.json' },
  margins: {
    from: 'xgb-softmax.json',
    file: 'model.json',
    settings: { options: { output: 'margin' }, outputs: { scores: 'margins' } },
  },
  light: { from: 'lgb-binary.txt', file: 'model.txt' },
};

let root: string;
let served: ModelApp;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-trees-'));
  for (const [name, model] of Object.entries(MODELS)) {
    mkdirSync(join(root, name));
    copyFileSync(join(TREES, model.from), join(root, name, model.file));
    if (!('settings' in model)) continue;
    writeFileSync(join(root, name, 'forkcast.json'), JSON.stringify(model.settings));
  }
  served = await modelApp([root, WINE]);
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

type Rows = readonly (readonly (number | null)[])[];

function casesOf(name: string): { inputs: Rows; predictions: unknown[]; margins: unknown[] } {
  return JSON.parse(readFileSync(join(TREES, `${name}.cases.json`), 'utf8'));
}

/** Numbers in any nesting, to as many digits as both compute. */
function rounded(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(rounded);
  return Number(Number(value).toPrecision(6));
}

describe('XGBoost', () => {
  const { inputs, predictions } = casesOf('xgb-binary');

  test('rows with null for what is missing', async () => {
    const { status, json } = await served.post('/v1/models/binary:predict', { instances: inputs });
    expect(status).toBe(200);
    expect(rounded(json.predictions)).toEqual(rounded(predictions));
  });

  test('columns', async () => {
    const { json } = await served.post('/v1/models/binary:predict', { inputs: { X: inputs } });
    expect(rounded(json.outputs)).toEqual(rounded(predictions));
  });

  test('v2 in JSON, with null and with "NaN"', async () => {
    const flat = inputs.flat().map((value, index) => value ?? (index % 2 === 0 ? null : 'NaN'));
    const input = { name: 'X', shape: [inputs.length, 5], datatype: 'FP32', data: flat };
    const { status, json } = await inferJson(served.app, 'binary', { inputs: [input] });
    expect(status).toBe(200);
    expect(json.outputs[0]).toMatchObject({ name: 'predictions', datatype: 'FP32', shape: [12] });
    expect(rounded(json.outputs[0].data)).toEqual(rounded(predictions));
  });

  test('v2 in bytes, with NaN', async () => {
    const data = Float32Array.from(inputs.flat(), (value) => value ?? Number.NaN);
    const json = {
      inputs: [
        {
          name: 'X',
          shape: [inputs.length, 5],
          datatype: 'FP32',
          parameters: { binary_data_size: data.byteLength },
        },
      ],
      outputs: [{ name: 'predictions', parameters: { binary_data: true } }],
    };
    const { binary } = await inferBinary(served.app, 'binary', json, bytesOf(data));
    const got = Array.from({ length: 12 }, (_, index) => binary.readFloatLE(4 * index));
    expect(rounded(got)).toEqual(rounded(predictions));
  });

  test('a table, its columns in an order of their own', async () => {
    const named = casesOf('xgb-early');
    const table = {
      columns: ['e', 'd', 'c', 'b', 'a'],
      data: named.inputs.map((row) => [...row].reverse()),
    };
    const { json } = await served.post('/v1/models/named:predict', table);
    expect(rounded(json.predictions)).toEqual(rounded(named.predictions));
  });

  test('options and names of forkcast.json', async () => {
    const softmax = casesOf('xgb-softmax');
    const body = { inputs: softmax.inputs };
    const { json } = await served.post('/v1/models/margins:predict', body);
    expect(rounded(json.outputs)).toEqual(rounded(softmax.margins));
  });

  test('the bundled model of wines', async () => {
    const wine = casesOf('wine');
    const { json } = await served.post('/v1/models/wine:predict', { instances: wine.inputs });
    expect(rounded(json.predictions)).toEqual(rounded(wine.predictions));
  });

  test.each([
    [[[1, 2, 3, 4]], 'input "X" at instances[0]: expected an array of 5, got an array of 4'],
    [[[1, 2, 3, 4, 'x']], 'input "X" at instances[0][4]: expected a number'],
    [[[1, 2, 3, 4, 1e39]], 'input "X" at instances[0][4]: expected a number'],
  ])('%j is refused', async (instances, problem) => {
    const { status, json } = await served.post('/v1/models/binary:predict', { instances });
    expect(status).toBe(400);
    expect(json.error).toContain(problem);
  });
});

describe('LightGBM', () => {
  const { inputs, predictions } = casesOf('lgb-binary');

  test('rows with null for what is missing', async () => {
    const { json } = await served.post('/v1/models/light:predict', { instances: inputs });
    expect(rounded(json.predictions)).toEqual(rounded(predictions));
  });

  test('v2: doubles', async () => {
    const input = { name: 'X', shape: [inputs.length, 5], datatype: 'FP64', data: inputs };
    const { json } = await inferJson(served.app, 'light', { inputs: [input] });
    expect(json.outputs[0]).toMatchObject({ name: 'predictions', datatype: 'FP64', shape: [12] });
    expect(rounded(json.outputs[0].data)).toEqual(rounded(predictions));
  });
});
