import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogSink } from '../../../../src/observe/output/log-sink.js';

const chunks: string[] = [];
const sink = new LogSink({ write: (chunk) => chunks.push(chunk) });

beforeEach(() => {
  vi.useFakeTimers();
  chunks.length = 0;
});
afterEach(() => {
  sink.flush();
  vi.useRealTimers();
});

test('an event line leaves at once', () => {
  sink.write('a\n');
  expect(chunks).toEqual(['a\n']);
});

test('access lines wait for each other and leave together', () => {
  sink.writeSoon('a\n');
  sink.writeSoon('b\n');
  expect(chunks).toEqual([]);
  vi.runAllTimers();
  expect(chunks).toEqual(['a\nb\n']);
  sink.writeSoon('c\n');
  vi.runAllTimers();
  expect(chunks).toEqual(['a\nb\n', 'c\n']);
});

test('an event line takes the access lines before it along, in order', () => {
  sink.writeSoon('a\n');
  sink.write('b\n');
  expect(chunks).toEqual(['a\nb\n']);
  expect(vi.getTimerCount()).toBe(0);
});

test('a full chunk does not wait, and holds whole lines', () => {
  const line = `${'x'.repeat(9999)}\n`;
  for (let count = 0; count < 10; count++) sink.writeSoon(line);
  expect(chunks).toEqual([line.repeat(6)]);
  sink.flush();
  expect(chunks).toEqual([line.repeat(6), line.repeat(4)]);
});

test('a line longer than a chunk goes out whole', () => {
  const line = `${'x'.repeat(100_000)}\n`;
  sink.writeSoon('a\n');
  sink.write(line);
  expect(chunks).toEqual(['a\n', line]);
});
