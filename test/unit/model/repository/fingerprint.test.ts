import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { fingerprint } from '../../../../src/model/repository/fingerprint.js';

let root: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'forkcast-fingerprint-'));
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

function put(path: string, content = 'text'): string {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content);
  return file;
}

/** Whether a model's folder looks otherwise after `change`. */
async function differs(change: () => void, path = 'wine'): Promise<boolean> {
  const before = await fingerprint(join(root, path), root);
  expect(await fingerprint(join(root, path), root)).toBe(before);
  change();
  return (await fingerprint(join(root, path), root)) !== before;
}

test('changes with whatever changes in a folder, however deep', async () => {
  const file = put('wine/1/model.onnx');
  expect(await differs(() => put('wine/2/model.onnx'))).toBe(true);
  expect(await differs(() => put('wine/1/model.onnx', 'longer text'))).toBe(true);
  expect(await differs(() => utimesSync(file, 1, 1))).toBe(true);
  expect(await differs(() => renameSync(file, `${file}.off`))).toBe(true);
  expect(await differs(() => put('wine/forkcast.json', '{}'))).toBe(true);
  expect(await differs(() => rmSync(join(root, 'wine/2'), { recursive: true }))).toBe(true);
  expect(await differs(() => put('beer/model.onnx'))).toBe(false);
});

test('changes with another file of the same size and time: it is another inode', async () => {
  const file = put('wine/model.onnx', 'aaaa');
  utimesSync(file, 1, 1);
  const swap = (): void => {
    const next = put('next', 'bbbb');
    utimesSync(next, 1, 1);
    renameSync(next, file);
    utimesSync(join(root, 'wine'), 1, 1);
  };
  utimesSync(join(root, 'wine'), 1, 1);
  expect(await differs(swap)).toBe(true);
});

test('follows links inside, and tells where others point', async () => {
  const file = put('.store/v1/model.onnx');
  put('.store/v2/model.onnx');
  symlinkSync('.store/v1', join(root, 'wine'));
  expect(await differs(() => utimesSync(file, 1, 1))).toBe(true);
  const swap = (): void => {
    symlinkSync('.store/v2', join(root, 'next'));
    renameSync(join(root, 'next'), join(root, 'wine'));
  };
  expect(await differs(swap)).toBe(true);

  const outside = mkdtempSync(join(tmpdir(), 'forkcast-outside-'));
  writeFileSync(join(outside, 'model.onnx'), 'text');
  mkdirSync(join(root, 'far'));
  symlinkSync(join(outside, 'model.onnx'), join(root, 'far/model.onnx'));
  expect(await differs(() => utimesSync(join(outside, 'model.onnx'), 1, 1), 'far')).toBe(false);
  rmSync(outside, { recursive: true });
});

test('of nothing is empty; a file is its own', async () => {
  expect(await fingerprint(join(root, 'gone'), root)).toBe('');
  const file = put('iris.onnx');
  expect(await differs(() => utimesSync(file, 1, 1), 'iris.onnx')).toBe(true);
  expect(await differs(() => rmSync(file), 'iris.onnx')).toBe(true);
});

test('ends in circles, and in folders without end', async () => {
  mkdirSync(join(root, 'wine'));
  for (const name of ['a', 'b', 'c', 'd']) symlinkSync('.', join(root, 'wine', name));
  symlinkSync('loop', join(root, 'wine/loop'));
  const lines = (await fingerprint(join(root, 'wine'), root)).split('\n');
  expect(lines.length).toBeGreaterThan(1000);
  expect(lines.length).toBeLessThanOrEqual(10_001);
});
