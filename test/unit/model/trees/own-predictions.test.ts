/** Models as their libraries have saved them, against what these say themselves. */
import { describe, expect, test } from 'vitest';
import {
  casesOf,
  distance,
  evaluate,
  fixtureFiles,
  fixturePath,
  loadTrees,
  numbersOf,
} from './fixture-models.js';

/** XGBoost computes in float32, and so do we, in the same order; LightGBM in float64. */
const CLOSE = { xgb: 1e-6, lgb: 1e-14 };

describe.each([...fixtureFiles('xgb-'), ...fixtureFiles('lgb-')])('%s', (file) => {
  const close = file.startsWith('xgb-') ? CLOSE.xgb : CLOSE.lgb;
  const cases = casesOf(file);
  const outputs = [
    ['prediction', cases.predictions],
    ['margin', cases.margins],
    ['leaf', cases.leaves],
  ] as const;
  const known = outputs.flatMap(([output, expected]) =>
    expected === undefined ? [] : [[output, numbersOf(expected)] as const],
  );

  test.each(known)('%s', async (output, expected) => {
    const model = await loadTrees(fixturePath(file), { output });
    const { data, shape } = evaluate(model, cases.inputs);
    expect(distance(data, expected)).toBeLessThan(output === 'leaf' ? 1e-9 : close);
    expect(shape[0]).toBe(cases.inputs.length);
    const [spec] = model.signature.outputs;
    expect(spec?.shape.slice(1)).toEqual(shape.slice(1));
  });

  test('a row alone is what it is among others', async () => {
    const model = await loadTrees(fixturePath(file));
    const all = evaluate(model, cases.inputs);
    const alone = cases.inputs.map((row) => evaluate(model, [row]));
    expect(alone.flatMap(({ data }) => Array.from(data as Float32Array))).toEqual(
      Array.from(all.data as Float32Array),
    );
  });
});

test('there are fixtures of both', () => {
  expect(fixtureFiles('xgb-').length).toBeGreaterThan(8);
  expect(fixtureFiles('lgb-').length).toBeGreaterThan(4);
});
