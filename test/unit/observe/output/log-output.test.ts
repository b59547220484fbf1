import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { LogOutput, type Writer } from '../../../../src/observe/output/log-output.js';

type Done = Parameters<Writer['write']>[1];

let taken: string;
let pending: { bytes: Buffer; done: Done }[];
let failure: Error | undefined;

const writer: Writer = {
  write: (bytes, done) => pending.push({ bytes, done }),
  writeSync: (bytes) => {
    if (failure !== undefined) throw failure;
    const part = bytes.subarray(0, 4);
    taken += part.toString();
    return part.length;
  },
  close: () => {},
};

const failed = (code: string): Error => Object.assign(new Error(code), { code });

/** Lets the reader take what is being written, or a part of it. */
function take(partBytes = Number.POSITIVE_INFINITY): void {
  const write = pending.shift();
  const part = write?.bytes.subarray(0, partBytes);
  taken += part?.toString() ?? '';
  write?.done(null, part?.length ?? 0);
}

beforeEach(() => {
  vi.useFakeTimers();
  taken = '';
  pending = [];
  failure = undefined;
});
afterEach(() => {
  vi.useRealTimers();
});

test('one write is under way; what comes meanwhile goes together after it', () => {
  const output = new LogOutput(writer);
  output.write('a\n');
  output.write('b\n');
  output.write('c\n');
  expect(pending).toHaveLength(1);
  take();
  expect(pending.map(({ bytes }) => bytes.toString())).toEqual(['b\nc\n']);
  take();
  expect(taken).toBe('a\nb\nc\n');
  expect(pending).toEqual([]);
});

test('a write that took a part goes on with the rest', () => {
  const output = new LogOutput(writer);
  output.write('abcdef\n');
  take(3);
  output.write('end\n');
  take();
  take();
  expect(taken).toBe('abcdef\nend\n');
});

test('a full pipe is tried again, and nothing is lost', () => {
  const output = new LogOutput(writer);
  output.write('a\n');
  pending.shift()?.done(failed('EAGAIN'), 0);
  output.write('b\n');
  expect(pending).toEqual([]);
  vi.runAllTimers();
  take();
  take();
  expect(taken).toBe('a\nb\n');
  expect(output.droppedLines).toBe(0);
});

test('a reader that has gone costs the lines and nothing else', () => {
  const output = new LogOutput(writer);
  output.write('a\n');
  output.write('b\nc\n');
  pending.shift()?.done(failed('EPIPE'), 0);
  pending.shift()?.done(failed('EPIPE'), 0);
  expect(output.droppedLines).toBe(3);
  expect(pending).toEqual([]);
});

test('what waits for a stalled reader is bounded', () => {
  const output = new LogOutput(writer);
  const line = `${'x'.repeat(1024 * 1024 - 1)}\n`;
  for (let count = 0; count < 30; count++) output.write(line);
  expect(output.droppedLines).toBe(30 - 1 - 16);
});

test('written resolves when the last byte was taken', async () => {
  const output = new LogOutput(writer);
  await output.written(1000);
  output.write('a\n');
  const written = vi.fn();
  const promise = output.written(1000).then(written);
  await Promise.resolve();
  expect(written).not.toHaveBeenCalled();
  take();
  await promise;
  expect(vi.getTimerCount()).toBe(0);
});

test('written gives up on a stalled reader, and the exit then writes nothing more', async () => {
  const output = new LogOutput(writer);
  output.write('a\n');
  output.write('b\n');
  const promise = output.written(1000);
  vi.advanceTimersByTime(1000);
  await promise;
  expect(output.droppedLines).toBe(1);
  output.writeNow();
  expect(taken).toBe('');
});

test('at the last moment everything that waits is written', () => {
  const output = new LogOutput(writer);
  output.write('a\n');
  pending.shift()?.done(failed('EAGAIN'), 0);
  output.write('bcdefgh\n');
  output.writeNow();
  expect(taken).toBe('a\nbcdefgh\n');
});

test.each(['EAGAIN', 'EPIPE'])('the last moment does not last when it meets %s', (code) => {
  const output = new LogOutput(writer);
  output.write('a\n');
  output.write('b\n');
  failure = failed(code);
  output.writeNow();
  expect(output.droppedLines).toBe(1);
});

test('a new writer takes over between two writes, and the old one is closed then', () => {
  const output = new LogOutput({ ...writer, close: () => (taken += '(closed)') });
  output.write('abcd\n');
  const later: Buffer[] = [];
  output.replaceWriter({ ...writer, write: (bytes) => void later.push(bytes) });
  take(2);
  output.write('e\n');
  expect(taken).toBe('ab');
  take();
  expect(taken).toBe('abcd\n(closed)');
  expect(later.map(String)).toEqual(['e\n']);
});

test('an idle output changes its writer at once', () => {
  const output = new LogOutput({ ...writer, close: () => (taken += '(closed)') });
  output.replaceWriter(writer);
  expect(taken).toBe('(closed)');
});
