import {
  chmodSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ByteSource, FileSource } from '../../../../../src/model/onnx/byte-source.js';
import { readModel } from '../../../../../src/model/onnx/graph.js';
import { cacheFolder } from '../../../../../src/model/onnx/weights/cache-folder.js';
import { externalForm } from '../../../../../src/model/onnx/weights/external-form.js';
import { cachedWeights } from '../../../../../src/model/onnx/weights/weight-cache.js';
import { temporaryFolder } from '../../../../fixtures/temporary-folder.js';
import { writeOnnx } from '../../../../http/onnx-writer.js';

function writeModel(file: string, first: number): void {
  const data = Float32Array.from({ length: 300_000 }, (_, index) => first + index);
  writeOnnx(file, {
    nodes: [{ op: 'Add', inputs: ['x', 'w'], outputs: ['y'] }],
    inputs: [{ name: 'x', type: 'float32', shape: ['N', 300_000] }],
    outputs: [{ name: 'y', type: 'float32', shape: ['N', 300_000] }],
    initializers: [
      { name: 'v', type: 'float32', dims: [2000], data: data.subarray(0, 2000) },
      { name: 'w', type: 'float32', dims: [300_000], data },
    ],
  });
}

function cached(folder: string, file: string): string {
  const source = new FileSource(file);
  try {
    return cachedWeights(folder, file, source, externalForm(readModel(source)));
  } finally {
    source.close();
  }
}

type Place = { readonly folder: string; readonly file: string };

function place(): Place {
  const root = temporaryFolder();
  const file = join(root, 'model.onnx');
  writeModel(file, 1);
  return { folder: cacheFolder([root]), file };
}

function namesIn(folder: string, end: string): string[] {
  return readdirSync(folder).filter((name) => name.endsWith(end));
}

describe('a file of weights', () => {
  test('holds them at their places, for its owner alone', () => {
    const { folder, file } = place();
    const path = join(folder, cached(folder, file));
    const bytes = readFileSync(path);
    expect(bytes.length).toBe(8192 + 1_200_128);
    expect([bytes.readFloatLE(4), bytes.readFloatLE(8192 + 4 * 299_999)]).toEqual([2, 300_000]);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(namesIn(folder, '.part')).toEqual([]);
  });

  test('is the same for the same content, wherever the model lies, and is not written again', () => {
    const { folder, file } = place();
    const path = join(folder, cached(folder, file));
    const { ino } = statSync(path);
    const copy = `${file}.copy.onnx`;
    writeModel(copy, 1);
    expect(join(folder, cached(folder, copy))).toBe(path);
    expect(cached(folder, file)).toBe(cached(folder, copy));
    expect(statSync(path).ino).toBe(ino);
  });

  test('is another one for another content in the same place', () => {
    const { folder, file } = place();
    const before = cached(folder, file);
    writeModel(file, 2);
    utimesSync(file, 1, 1);
    expect(cached(folder, file)).not.toBe(before);
    expect(namesIn(folder, '.weights')).toHaveLength(2);
  });

  test('is found by the look of the model, without reading it', () => {
    const { folder, file } = place();
    const name = cached(folder, file);
    const [note = ''] = namesIn(folder, '.key');
    const other = 'f'.repeat(64);
    writeFileSync(join(folder, note), other);
    expect(() => cached(folder, file)).not.toThrow();
    expect(namesIn(folder, '.weights').sort()).toEqual([name, `${other}.weights`].sort());
  });

  test('that was cut off is refused, not used', () => {
    const { folder, file } = place();
    const path = join(folder, cached(folder, file));
    truncateSync(path, 4096);
    expect(() => cached(folder, file)).toThrow('is not the file of weights it should be');
  });

  test('that others can write is refused', () => {
    const { folder, file } = place();
    chmodSync(join(folder, cached(folder, file)), 0o666);
    expect(() => cached(folder, file)).toThrow('remove it');
  });

  test('that nobody has loaded for a month goes when another one is written', () => {
    const { folder, file } = place();
    const old = join(folder, cached(folder, file));
    const longAgo = Date.now() / 1000 - 31 * 24 * 3600;
    utimesSync(old, longAgo, longAgo);
    writeFileSync(join(folder, 'x.part'), '');
    utimesSync(join(folder, 'x.part'), longAgo, longAgo);
    writeModel(file, 3);
    const fresh = cached(folder, file);
    expect(namesIn(folder, '.weights')).toEqual([fresh]);
    expect(namesIn(folder, '.part')).toEqual([]);
  });

  test('stays while it is loaded now and then', () => {
    const { folder, file } = place();
    const name = cached(folder, file);
    const longAgo = Date.now() / 1000 - 31 * 24 * 3600;
    utimesSync(join(folder, name), longAgo, longAgo);
    cached(folder, file);
    expect(Date.now() - statSync(join(folder, name)).mtimeMs).toBeLessThan(60_000);
  });

  test('is waited for while another worker writes it, and written when that one is silent', () => {
    const { folder, file } = place();
    const [key = ''] = cached(folder, file).split('.');
    const other = cacheFolder([temporaryFolder()]);
    const part = join(other, `${key}.0.part`);
    writeFileSync(part, '');
    const silent = Date.now() / 1000 - 9.8;
    utimesSync(part, silent, silent);
    expect(cached(other, file)).toBe(`${key}.weights`);
    expect(Date.now() - silent * 1000).toBeGreaterThanOrEqual(10_000);
  });

  test('is that of the first of two that write it at once, which others map already', () => {
    const { folder, file } = place();
    const theirs = cacheFolder([temporaryFolder()]);
    const name = cached(theirs, file);
    const source = new FileSource(file);
    const form = externalForm(readModel(source));
    const late: ByteSource = {
      length: source.length,
      slice: (start, end) => source.slice(start, end),
      copy(start, target) {
        source.copy(start, target);
        const isWriting = namesIn(folder, '.part').length > 0;
        const isFirst = namesIn(folder, '.weights').length === 0;
        if (isWriting && isFirst) linkSync(join(theirs, name), join(folder, name));
      },
    };
    expect(cachedWeights(folder, file, late, form)).toBe(name);
    source.close();
    expect(statSync(join(folder, name)).ino).toBe(statSync(join(theirs, name)).ino);
    expect(namesIn(folder, '.part')).toEqual([]);
  });
});

describe('the folder', () => {
  test('is made in the first base that takes one', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'file'), '');
    const folder = cacheFolder([join(root, 'file'), join(root, 'new/base')]);
    expect(folder.startsWith(join(root, 'new/base/forkcast-'))).toBe(true);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('that others can write, or that is a link, is not used', () => {
    const root = temporaryFolder();
    const folder = cacheFolder([root]);
    chmodSync(folder, 0o777);
    expect(() => cacheFolder([root])).toThrow('can be written by others');
    const second = temporaryFolder();
    mkdirSync(join(second, 'target'));
    symlinkSync(join(second, 'target'), folder.replace(root, second));
    expect(() => cacheFolder([second])).toThrow(/is no folder|EEXIST/);
  });

  test('that cannot be had is told with every place and its reason', () => {
    const root = temporaryFolder();
    writeFileSync(join(root, 'file'), '');
    const bases = [join(root, 'file'), join(root, 'file/below')];
    expect(() => cacheFolder(bases)).toThrow(
      /--cache-dir.*file.*lies in something that is no folder.*; .*below/,
    );
  });
});
