/** Models of test/fixtures/trees, and what their own library says of some rows. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TensorModel } from '../../../../src/model/model.js';
import type { ModelPlan } from '../../../../src/model/model-plan.js';
import { loadLightgbmModel } from '../../../../src/model/runtimes/lightgbm.js';
import { loadXgboostModel } from '../../../../src/model/runtimes/xgboost.js';
import type { Tensor } from '../../../../src/model/tensor/tensor.js';

const FOLDER = fileURLToPath(new URL('../../../fixtures/trees', import.meta.url));
const CONTEXT = { requestId: 'r', signal: new AbortController().signal, isAbandoned: false };

type Nested = number | readonly Nested[];

export type Cases = {
  readonly inputs: readonly (readonly (number | null)[])[];
  readonly predictions: readonly Nested[];
  readonly margins?: readonly Nested[];
  readonly leaves?: readonly Nested[];
};

/** Names of the model files of one library, by how they begin. */
export function fixtureFiles(start: 'xgb-' | 'lgb-'): string[] {
  const files = readdirSync(FOLDER).filter((file) => file.startsWith(start));
  return files.filter((file) => !file.endsWith('.cases.json'));
}

export function fixturePath(file: string): string {
  return join(FOLDER, file);
}

export function casesOf(file: string): Cases {
  const name = basename(file, extname(file));
  return JSON.parse(readFileSync(join(FOLDER, `${name}.cases.json`), 'utf8'));
}

/** @param path of a model file; its ending says which library made it */
export async function loadTrees(
  path: string,
  options?: Readonly<Record<string, unknown>>,
): Promise<TensorModel> {
  const isText = path.endsWith('.txt');
  const plan: ModelPlan = {
    name: 'm',
    version: '1',
    runtime: isText ? 'lightgbm' : 'xgboost',
    file: path,
    isLatest: true,
    labels: [],
    ...(options === undefined ? {} : { options }),
  };
  return (isText ? loadLightgbmModel(plan) : loadXgboostModel(plan)) as Promise<TensorModel>;
}

/** The only output; `null` is NaN in the input. */
export function evaluate(model: TensorModel, rows: Cases['inputs']): Tensor {
  const [spec] = model.signature.inputs;
  if (spec === undefined) throw new Error('no input');
  const values = rows.flat().map((value) => value ?? Number.NaN);
  const data = spec.dtype === 'float64' ? Float64Array.from(values) : Float32Array.from(values);
  const shape = [rows.length, spec.shape[1] ?? 0];
  let output: Tensor | undefined;
  model.run({ [spec.name]: { dtype: spec.dtype, shape, data } }, CONTEXT, (error, outputs) => {
    if (error !== undefined) throw error;
    output = Object.values(outputs ?? {})[0];
  });
  if (output === undefined) throw new Error('it did not finish');
  return output;
}

export function numbersOf(nested: readonly Nested[]): number[] {
  return nested.flatMap((value) => (typeof value === 'number' ? [value] : numbersOf(value)));
}

/** The largest difference, of large numbers relative to them. */
export function distance(got: ArrayLike<unknown>, expected: readonly number[]): number {
  if (got.length !== expected.length) return Number.POSITIVE_INFINITY;
  const distances = expected.map((value, index) => {
    return Math.abs(Number(got[index]) - value) / Math.max(1, Math.abs(value));
  });
  return Math.max(...distances);
}

/** Numbers from 0 to `most` − 1, always the same ones. */
export function randomNumbers(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % most;
  };
}
