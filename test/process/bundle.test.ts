// What the server is built into: few files, and everything found that is loaded by its URL.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const DIST = fileURLToPath(new URL('../../dist/', import.meta.url));
const BUNDLE = join(DIST, 'bundle');

const read = (...path: string[]): string => readFileSync(join(...path), 'utf8');
const bundled = readdirSync(BUNDLE).filter((name) => name.endsWith('.js'));

test('what a worker, the command and a module import is joined', () => {
  expect(read(DIST, 'worker', 'worker.js')).toBe("export * from '../bundle/worker.js';\n");
  expect(read(DIST, 'cli.js')).toBe("#!/usr/bin/env node\nimport './bundle/cli.js';\n");
  expect(read(DIST, 'index.js')).toBe("export * from './bundle/index.js';\n");
});

test('the command imports nothing of ours before it holds the signals', () => {
  expect(read(BUNDLE, 'cli.js')).not.toMatch(/^import .*["']\./m);
});

test('a module finds what lies beside it as if it still lay there', () => {
  const placed = /new URL\("([^"]+)", new URL\("([^"]+)", import\.meta\.url\)/g;
  const files = bundled.flatMap((name) =>
    [...read(BUNDLE, name).matchAll(placed)].map(([, file = '', place = '']) =>
      join(BUNDLE, dirname(place), file),
    ),
  );
  const names = files.map((file) => file.slice(DIST.length));
  expect(names).toContain('worker/main.cjs');
  expect(names).toContain('worker/life/master-watch-thread.js');
  expect(names).toContain('master/hooks/hook-thread.js');
  expect(files.filter((file) => !existsSync(file))).toEqual([]);
});

test('what hardly a worker needs lies in a file that is loaded when it is needed', () => {
  const late = read(BUNDLE, 'fastify-late.cjs');
  const worker = read(BUNDLE, 'worker.js');
  for (const text of ['must NOT have additional', 'StandaloneSerializer']) {
    expect(late).toContain(text);
    expect(worker).not.toContain(text);
  }
  expect(read(BUNDLE, 'LICENSES.txt')).toMatch(/^ajv \d/m);
});

test('a worker loads no module of Node that it has no use for', () => {
  const look = `const before = new Set(process.moduleLoadList);
    await import(${JSON.stringify(join(BUNDLE, 'worker.js'))});
    const loaded = process.moduleLoadList.filter((name) => !before.has(name));
    console.log(loaded.filter((name) => /http2|tls|undici|webstreams|dns$/.test(name)).join());`;
  expect(
    execFileSync(process.execPath, ['--input-type=module', '-e', look], { encoding: 'utf8' }),
  ).toBe('\n');
});

test('packages lie in it with their licences; those with native code are left alone', () => {
  const licenses = read(BUNDLE, 'LICENSES.txt');
  expect(licenses).toMatch(/^fastify \d/m);
  expect(licenses).not.toContain('onnxruntime-node');
  const worker = read(BUNDLE, 'worker.js');
  expect(worker).not.toMatch(/^import .* from ["'](fastify|pino)["'];$/m);
});
