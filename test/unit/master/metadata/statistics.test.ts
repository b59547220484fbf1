import { expect, test } from 'vitest';
import { NO_FIGURES } from '../../../../src/link/frames/frame.js';
import { type Counted, ModelStatistics } from '../../../../src/master/metadata/statistics.js';

function counted(changes: Partial<Counted> = {}): Counted {
  const times = { runMicros: 200, inputMicros: 30, outputMicros: 40 };
  return {
    model: 'digits',
    version: '3',
    status: 200,
    totalMs: 2,
    queueMs: 0.5,
    figures: { ...times, rows: 2, ownRows: 2 },
    ...changes,
  };
}

function told(statistics: ModelStatistics, version = '3'): unknown {
  return JSON.parse(JSON.stringify(statistics.of('digits', version)));
}

const NOTHING = { count: 0, ns: 0 };

test('nobody asked yet: zeros', () => {
  expect(told(new ModelStatistics(() => 7))).toEqual({
    name: 'digits',
    version: '3',
    last_inference: 0,
    inference_count: 0,
    execution_count: 0,
    inference_stats: {
      success: NOTHING,
      fail: NOTHING,
      queue: NOTHING,
      compute_input: NOTHING,
      compute_infer: NOTHING,
      compute_output: NOTHING,
      cache_hit: NOTHING,
      cache_miss: NOTHING,
    },
    batch_stats: [],
  });
});

test('a request that ran alone', () => {
  const statistics = new ModelStatistics(() => 1_700_000_000_000.4);
  statistics.finished(counted());
  expect(told(statistics)).toMatchObject({
    last_inference: 1_700_000_000_000,
    inference_count: 2,
    execution_count: 1,
    inference_stats: {
      success: { count: 1, ns: 2_000_000 },
      fail: NOTHING,
      queue: { count: 1, ns: 500_000 },
      compute_input: { count: 1, ns: 30_000 },
      compute_infer: { count: 1, ns: 200_000 },
      compute_output: { count: 1, ns: 40_000 },
    },
    batch_stats: [{ batch_size: 2, compute_infer: { count: 1, ns: 200_000 } }],
  });
});

test('the members of a batch are one execution', () => {
  const statistics = new ModelStatistics(() => 1);
  const figures = { ...NO_FIGURES, runMicros: 10, rows: 4 };
  statistics.finished(counted({ figures: { ...figures, ownRows: 1 } }));
  statistics.finished(counted({ figures: { ...figures, ownRows: 3 } }));
  expect(told(statistics)).toMatchObject({
    inference_count: 4,
    execution_count: 1,
    inference_stats: { success: { count: 2 } },
    batch_stats: [{ batch_size: 4, compute_infer: { count: 1, ns: 20_000 } }],
  });
});

test('failures are counted apart, and what no model had not at all', () => {
  const statistics = new ModelStatistics(() => 1);
  statistics.finished(counted({ status: 500, figures: undefined }));
  statistics.finished(counted({ version: '', status: 404 }));
  expect(told(statistics)).toMatchObject({
    inference_count: 0,
    inference_stats: { success: NOTHING, fail: { count: 1, ns: 2_000_000 } },
  });
});

test('a version that is known no more is forgotten', () => {
  const statistics = new ModelStatistics(() => 1);
  statistics.finished(counted());
  statistics.finished(counted({ version: '2' }));
  statistics.keepOnly([{ name: 'digits', version: '2' }]);
  expect(told(statistics)).toMatchObject({ inference_count: 0 });
  expect(told(statistics, '2')).toMatchObject({ inference_count: 2 });
});
