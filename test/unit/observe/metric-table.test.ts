import { describe, expect, test } from 'vitest';
import { BUCKETS, METRICS, type MetricRow } from '../../../src/observe/metric-table.js';
import { Metrics } from '../../../src/observe/metrics.js';

// The rules of `promtool check metrics`, so that a new row is judged without Prometheus.
const FOREIGN_UNITS =
  /_(ms|milliseconds|micros|microseconds|minutes|hours|days|kb|mb|gb|kilobytes|megabytes|percent|s|b)(_|$)/;
const WORDS_OF_TYPES = /_(counter|gauge|histogram|summary)(_|$)/;
const RESERVED_SUFFIX = /_(bucket|count|sum)$/;
const SNAKE_CASE = /^[a-z][a-z0-9]*(_[a-z0-9]+)*$/;

const rows: MetricRow[] = Object.values(METRICS);

describe.each(rows)('$name', (row) => {
  test('has a name as Prometheus wants it', () => {
    expect(row.name).toMatch(/^forkcast_/);
    expect(row.name).toMatch(SNAKE_CASE);
    expect(row.name).not.toMatch(FOREIGN_UNITS);
    expect(row.name).not.toMatch(WORDS_OF_TYPES);
    expect(row.name).not.toMatch(RESERVED_SUFFIX);
    expect(row.name.endsWith('_total')).toBe(row.type === 'counter');
  });

  test('says what it means in a sentence', () => {
    expect(row.help).toMatch(/^[A-Z].{15,}\.$/);
  });

  test('has plain labels, and buckets where they belong', () => {
    for (const label of row.labels) expect(label).toMatch(SNAKE_CASE);
    expect(row.labels).not.toContain('le');
    expect(row.buckets !== undefined).toBe(row.type === 'histogram');
  });
});

test('no name is there twice', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test.each(Object.entries(BUCKETS))('the buckets of %s rise', (_kind, bounds) => {
  expect([...bounds].sort((a, b) => a - b)).toEqual(bounds);
});

test('every row is exposed, and no gauge ends in _total', async () => {
  const text = await new Metrics('0.1.0', {
    requestsRefused: () => ({ count: 0, bytes: 0, wait: 0 }),
    clientsStalled: () => ({ bodies: 0, readers: 0 }),
    takenBack: () => 0,
    slices: () => 0,
    queueDepth: () => 0,
    queueBytes: () => 0,
    queueOldestWaitMs: () => 0,
    requestsInFlight: () => 0,
    connectionsOpen: () => 0,
    backlogConnections: async () => 0,
    workers: () => ({ booting: 0, ready: 0, draining: 0, backoff: 0 }),
    workersWanted: () => 0,
    workersBusy: () => 0,
    logLinesDropped: () => 0,
    models: () => [],
  }).text();
  for (const { name, type } of rows) expect(text).toContain(`# TYPE ${name} ${type}\n`);
  expect(text).not.toMatch(/_total gauge/);
});
