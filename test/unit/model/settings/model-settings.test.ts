import { describe, expect, test } from 'vitest';
import { MOST_FAULTS } from '../../../../src/model/settings/form.js';
import { FOLDER_SETTING_KEYS } from '../../../../src/model/settings/model-setting-table.js';
import {
  checkModelSettings,
  MODEL_SETTING_KEYS,
  parseModelSettings,
} from '../../../../src/model/settings/model-settings.js';

const read = (text: string) => parseModelSettings(text, 'F', 'model');

function settingsOf(text: string): unknown {
  const { settings, faults } = read(text);
  expect(faults).toEqual([]);
  return settings;
}

describe('what is read', () => {
  test('every key, as the code uses it', () => {
    const text = `{
      // for editors
      "$schema": "x.json",
      "runtime": "xgboost",
      "file": "current/trees.json",
      "versions": {"latest": 2},
      "labels": {"stable": 1, "canary": "9007199254740993"},
      "inputs": {"age": "X1", "pixels": {"from": "X", "dtype": "float32", "shape": [-1, 64], "takesMissing": true, "isOptional": false}},
      "outputs": {"class": {"from": "label", "labels": ["cat", 1]}},
      "maxBatchRows": 8,
      "maxBatchDelay": "5ms",
      "allowedBatchSizes": [8, 1],
      "dataParallel": false,
      "timeout": "2m",
      "queueTimeout": 5,
      "streamTimeout": "10m",
      "bootTimeout": "1h",
      "retry": false,
      "warmup": [{"instances": [1]}, {"inputs": {}}],
      "threads": 2,
      "weights": "shared",
      "workers": 1,
      "maxInFlight": 3,
      "options": {"any": {"thing": [1]}},
      "pipeline": ["scale"],
    }`;
    expect(settingsOf(text)).toEqual({
      runtime: 'xgboost',
      file: 'current/trees.json',
      versions: { latest: 2 },
      labels: { stable: '1', canary: '9007199254740993' },
      inputs: {
        age: { from: 'X1' },
        pixels: {
          from: 'X',
          dtype: 'float32',
          shape: [-1, 64],
          takesMissing: true,
          isOptional: false,
        },
      },
      outputs: { class: { from: 'label', labels: ['cat', 1] } },
      maxBatchRows: 8,
      maxBatchDelayMs: 5,
      allowedBatchSizes: [1, 8],
      dataParallel: false,
      timeoutMs: 120_000,
      queueTimeoutMs: 5000,
      streamTimeoutMs: 600_000,
      bootTimeoutMs: 3_600_000,
      retry: false,
      warmup: [{ instances: [1] }, { inputs: {} }],
      threads: 2,
      weights: 'shared',
      workers: 1,
      maxInFlight: 3,
      options: { any: { thing: [1] } },
      pipeline: { steps: [{ model: 'scale' }] },
    });
    for (const key of FOLDER_SETTING_KEYS) expect(text).toContain(`"${key}":`);
  });

  test.each([
    ['{"timeout": 0.25}', { timeoutMs: 250 }],
    ['{"timeout": "off", "streamTimeout": 0}', { timeoutMs: 0, streamTimeoutMs: 0 }],
    ['{"timeout": "250MS"}', { timeoutMs: 250 }],
    ['{"versions": "all"}', { versions: 'all' }],
    ['{"versions": [1, "3"]}', { versions: ['1', '3'] }],
    ['{"warmup": false}', { warmup: false }],
    ['{"warmup": {"inputs": [1]}}', { warmup: { inputs: [1] } }],
    ['\uFEFF{}', {}],
  ])('%s', (text, settings) => expect(settingsOf(text)).toEqual(settings));
});

describe('faults', () => {
  test.each([
    [
      '{"runtime": "onxx"}',
      'runtime: expected one of onnx, xgboost, lightgbm, tfjs, module, pipeline, got "onxx".',
    ],
    [
      '{"file": "../other/model.onnx"}',
      'file: expected a path below the folder of forkcast.json, such as "export/model.onnx", got "../other/model.onnx".',
    ],
    [
      '{"versions": 2}',
      'versions: expected {"latest": N}, "all", or a list of versions such as ["1", "3"], got 2.',
    ],
    [
      '{"versions": "latest"}',
      'versions: expected {"latest": N}, "all", or a list of versions such as ["1", "3"], got "latest".',
    ],
    ['{"versions": {}}', 'versions: expected {"latest": N}, got {}.'],
    [
      '{"versions": {"latest": 0}}',
      'versions.latest: expected a whole number from 1 to 1000, got 0.',
    ],
    [
      '{"versions": {"latest": 1, "latset": 1}}',
      'versions: unknown setting "latset"; did you mean latest?',
    ],
    ['{"versions": []}', 'versions: expected a list of at least one version, got [].'],
    [
      '{"versions": ["01"]}',
      'versions[0]: expected a version: a whole number without leading zeros, in quotes from 2^53 on, got "01".',
    ],
    [
      '{"versions": [9007199254740993]}',
      'versions[0]: expected a version: a whole number without leading zeros, in quotes from 2^53 on, got 9007199254740992.',
    ],
    [
      '{"labels": ["stable"]}',
      'labels: expected labels and the versions they mean, such as {"stable": 1, "canary": 2}, got ["stable"].',
    ],
    [
      '{"labels": {"7": 1}}',
      'labels: a name: expected a label: 1 to 128 letters, digits, dots, underscores or dashes, not digits alone, got "7".',
    ],
    [
      '{"labels": {"stable": "v1"}}',
      'labels.stable: expected a version: a whole number without leading zeros, in quotes from 2^53 on, got "v1".',
    ],
    ['{"inputs": {"": "X"}}', 'inputs: a name: expected a name: 1 to 256 characters, got "".'],
    ['{"inputs": {"a": 1}}', 'inputs.a: expected a name, or an object with settings of it, got 1.'],
    ['{"inputs": {"a": {"form": "X"}}}', 'inputs.a: unknown setting "form"; did you mean from?'],
    ['{"inputs": {"a": {"dtype": "float"}}}', 'inputs.a.dtype: expected one of bool,'],
    [
      '{"inputs": {"a": {"shape": [0]}}}',
      'inputs.a.shape[0]: expected a size from 1 on, or -1 where it is free, got 0.',
    ],
    ['{"inputs": {"a": {"labels": ["x"]}}}', 'inputs.a: unknown setting "labels".'],
    ['{"outputs": {"a": {"takesMissing": true}}}', 'outputs.a: unknown setting "takesMissing".'],
    [
      '{"outputs": {"a": {"labels": [null]}}}',
      'outputs.a.labels[0]: expected a text or a number, got null.',
    ],
    [
      '{"timeout": "25h"}',
      'timeout: expected a duration such as "250ms", "30s" or a number of seconds, from 1ms to 24h, or "off", got "25h".',
    ],
    ['{"warmup": []}', 'warmup: expected a list of at least one example, got [].'],
    [
      '{"warmup": {"instance": 1}}',
      'warmup: expected a request body such as {"instances": [...]}, got {"instance":1}.',
    ],
    [
      '{"warmup": [{}]}',
      'warmup[0]: expected a request body such as {"instances": [...]}, got {}.',
    ],
    ['{"options": []}', 'options: expected an object of options for the runtime, got [].'],
    ['{"workers": 0}', 'workers: expected a whole number from 1 to 1024, got 0.'],
    ['{"pipeline": []}', 'pipeline: expected 1 to 64 steps'],
    ['{"tiemout": 1}', 'unknown setting "tiemout"; did you mean timeout?'],
    ['{"__proto__": {"timeout": 1}}', 'unknown setting "__proto__".'],
    ['{"toString": 1}', 'unknown setting "toString".'],
    ['{"retry": true, "retry": false}', 'retry is set twice.'],
  ])('%s', (text, fault) => {
    const { faults } = read(text);
    expect(faults).toHaveLength(1);
    expect(faults[0]?.startsWith(`F: ${fault}`), faults[0]).toBe(true);
  });

  test.each([
    ['', 'F:1: not valid JSON.'],
    ['{"a":', 'F:1: not valid JSON.'],
    ['{\n\n"retry": ,}', 'F:3: not valid JSON.'],
    ['null', 'F: expected an object of settings.'],
    ['[1]', 'F: expected an object of settings.'],
  ])('of the file itself: %j', (text, fault) => {
    expect(read(text)).toEqual({ settings: {}, faults: [fault], keys: [] });
  });

  test('a file that goes deeper than the parser can', () => {
    expect(read(`{"options": ${'['.repeat(200_000)}`).faults).toEqual(['F: nested too deeply.']);
  });

  test('all at once, and what is right is kept', () => {
    const { settings, faults } = read('{"retry": 1, "threads": 2, "workers": "x", "nope": 1}');
    expect(faults).toHaveLength(3);
    expect(settings).toEqual({ threads: 2 });
  });

  test.each([
    ['keys', () => entries((at) => [`key${at}`, 1])],
    ['keys said twice', () => `{${'"retry": true, "threads": 1, '.repeat(20_000)}"retry": true}`],
    ['inputs', () => `{"inputs": ${entries((at) => [`x${at}`, { shpe: 1 }])}}`],
    ['settings of an input', () => `{"inputs": {"x": ${entries((at) => [`x${at}`, 1])}}}`],
    ['versions', () => JSON.stringify({ versions: Array(40_000).fill('x') })],
    ['keys of a step', () => `{"pipeline": [${entries((at) => [`key${at}`, 1])}]}`],
    ['letters', () => JSON.stringify({ ['x'.repeat(1_000_000)]: 1 })],
    ['letters in a name', () => JSON.stringify({ inputs: { ['x'.repeat(1_000_000)]: 1 } })],
  ])('too many wrong %s are neither all looked at nor all told', (_what, text) => {
    const content = text();
    const before = process.cpuUsage();
    const { faults } = read(content);
    // Of the processor, not of the clock: other tests run beside this one.
    expect(process.cpuUsage(before).user / 1000).toBeLessThan(2500);
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.length).toBeLessThanOrEqual(2 * MOST_FAULTS);
    expect(faults.join().length).toBeLessThan(10_000);
  });

  test('a long value is cut', () => {
    const [fault] = read(`{"retry": "${'x'.repeat(1000)}"}`).faults;
    expect(fault).toMatch(/x…\.$/);
    expect(fault?.length).toBeLessThan(150);
  });
});

describe('in the folder of a version', () => {
  test('what holds for all versions is a fault', () => {
    const text = '{"timeout": 1, "versions": "all", "labels": {"a": 1}, "workers": 1}';
    expect(parseModelSettings(text, 'F', 'version').faults).toEqual(
      ['versions', 'labels', 'workers'].map(
        (key) => `F: ${key}: holds for all versions; set it in the model's own folder.`,
      ),
    );
  });
});

describe('of a module', () => {
  test('only what it may say of itself is looked at', () => {
    expect(MODEL_SETTING_KEYS).toEqual([
      'maxBatchRows',
      'maxBatchDelay',
      'allowedBatchSizes',
      'dataParallel',
      'timeout',
      'queueTimeout',
      'streamTimeout',
      'retry',
      'warmup',
      'maxInFlight',
    ]);
    const values = { timeout: '1s', labels: 'of its own', predict: 1 };
    expect(checkModelSettings(values, 'the module', ['timeout'])).toEqual({
      settings: { timeoutMs: 1000 },
      faults: [],
    });
  });
});

/** 40,000 members. */
function entries(make: (at: number) => [string, unknown]): string {
  return JSON.stringify(Object.fromEntries(Array.from({ length: 40_000 }, (_, at) => make(at))));
}
