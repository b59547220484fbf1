import { describe, expect, test } from 'vitest';
import type { CheckedPlan } from '../../../src/check/check-models.js';
import { jsonReport, planReport, summary } from '../../../src/check/report.js';
import type { ModelTrial } from '../../../src/link/process/control.js';
import type { ModelDescription } from '../../../src/model/description.js';

const plan = {
  name: 'wine',
  version: '2',
  runtime: 'onnx',
  file: '/models/wine/2/model.onnx',
  isLatest: true,
  labels: ['stable'],
} as const;

const description: ModelDescription = {
  name: 'wine',
  version: '2',
  runtime: 'onnx',
  isDefault: true,
  isLatest: true,
  labels: ['stable'],
  signature: {
    inputs: [
      { name: 'features', dtype: 'float32', shape: [-1, 13], takesMissing: true },
      { name: 'k', dtype: 'int64', shape: [], hasAnyShape: true, isOptional: true },
    ],
    outputs: [
      { name: 'class', dtype: 'int64', shape: [-1], labels: ['red', 'white'] },
      { name: 'p', dtype: 'float32', shape: [-1, 10], labels: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] },
    ],
  },
  isRetryable: true,
  loadMs: 123.456,
  warmupMs: 5,
};

const runs = { on: 'zeros', firstRunMs: 12.345, secondRunMs: 0.12345 } as const;
const trial: ModelTrial = { name: 'wine', version: '2', runs, memoryBytes: 21_500_000 };

function good(given: Partial<ModelDescription> = {}, of: Partial<ModelTrial> = {}): CheckedPlan {
  return {
    plan,
    models: [{ description: { ...description, ...given }, trial: { ...trial, ...of } }],
  };
}

/** As a module is told that has no signature. */
function withRoutes(isAlone: boolean): ModelDescription {
  const { signature: _none, ...rest } = description;
  return { ...rest, routes: { prefix: '/cellar', ...(isAlone ? { isAlone } : {}) } };
}

const failed: CheckedPlan = { plan, models: [], fault: 'it died by SIGSEGV' };

describe('a block', () => {
  test('has the routes that a module brings along, with its model or without', () => {
    const lines = (isAlone: boolean): string =>
      planReport({ plan, models: [{ description: withRoutes(isAlone), trial }] });
    expect(lines(false)).toContain('  takes    instances as they are\n  routes   under /cellar\n');
    expect(lines(true)).toContain('stable\n  routes   under /cellar\n  load');
  });

  test('has name, version, runtime, signature, times and memory', () => {
    expect(planReport(good())).toBe(
      `wine  version 2  onnx  default  labels stable
  input    features  float32 [-1, 13], may be null
  input    k         int64 of any shape, optional
  output   class     int64 [-1], labels red, white
  output   p         float32 [-1, 10], 10 labels 0, 1, 2, 3, 4, 5, 6, 7, …
  load 123 ms   first run 12.3 ms   second run 0.123 ms   on zeros   memory 20.5 MiB
`,
    );
  });

  test('says what was not run, and why', () => {
    const { runs: _runs, ...idle } = trial;
    const raw = { ...description, runtime: 'module', name: 'tone' } as const;
    const { signature: _signature, ...unsigned } = raw;
    const one = { plan, models: [{ description: unsigned, trial: idle }] };
    expect(planReport(one)).toBe(
      `tone  version 2  module  of module "wine"  default  labels stable
  takes    instances as they are
  load 123 ms   not run: it has no example ("warmup" in forkcast.json)   memory 20.5 MiB
`,
    );
    const refused = { plan, models: [{ description, trial: { ...idle, refusal: 'no zeros' } }] };
    expect(planReport(refused)).toContain('   not run: it refused zeros (no zeros)   ');
    expect(planReport(good({}, { runs: { ...runs, on: 'example' } }))).toContain('on its example');
  });

  test('has the reason of a failure', () => {
    expect(planReport(failed)).toBe('wine  version 2  onnx\n  FAILED   it died by SIGSEGV\n');
  });

  test('lets no name move the cursor or feign a line', () => {
    const inputs = [{ name: 'a\u001b[2J\nb\u202e', dtype: 'int8', shape: [] }] as const;
    const text = planReport(good({ signature: { inputs, outputs: [] } }));
    expect(text).toContain('  input    a\\u{1b}[2J\\u{a}b\\u{202e}  int8 []\n');
    const fault = { ...failed, fault: 'two\nlines' };
    expect(planReport(fault)).toContain('  FAILED   two\\u{a}lines\n');
  });
});

test('the summary counts, and explains what needs it', () => {
  expect(summary([good()])).toMatch(
    /resident set[\s\S]*\n\nThe configuration is good; 1 model loaded\.$/,
  );
  expect(summary([good(), failed])).toMatch(/\n\n1 of 2 models failed: wine version 2\.$/);
  expect(summary([failed])).toBe('1 of 1 model failed: wine version 2.');
});

test('as JSON it is the same facts', () => {
  const { models } = JSON.parse(jsonReport([good(), failed]));
  expect(models).toEqual([
    expect.objectContaining({
      name: 'wine',
      version: '2',
      runtime: 'onnx',
      file: plan.file,
      isDefault: true,
      signature: description.signature,
      loadMs: 123.456,
      runs,
      memoryBytes: 21_500_000,
    }),
    { name: 'wine', version: '2', runtime: 'onnx', file: plan.file, error: 'it died by SIGSEGV' },
  ]);
});
