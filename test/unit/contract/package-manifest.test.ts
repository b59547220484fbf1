import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './source-files.js';

type Manifest = {
  readonly name: string;
  readonly version: string;
  readonly license: string;
  readonly type: string;
  readonly bin: Readonly<Record<string, string>>;
  readonly exports: Readonly<Record<string, unknown>>;
  readonly engines: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly allowScripts: Readonly<Record<string, boolean>>;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
};

const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const manifest = JSON.parse(read('package.json')) as Manifest;

describe('package.json', () => {
  test('starts the server with exec, so that TERM to npm reaches node', () => {
    expect(manifest.scripts.start).toMatch(/^exec node dist\/cli\.js serve models /);
  });

  test.each(['prestart', 'pretest'])('%s installs and builds what is missing', (name) => {
    expect(manifest.scripts[name]).toBe('node scripts/prepare.mjs');
  });

  test.each(['build', 'lint', 'format', 'types', 'docs', 'docs:check', 'check', 'loadtest'])(
    'has the script %s',
    (name) => expect(manifest.scripts[name]).toBeTypeOf('string'),
  );

  test('scripts run files that exist', () => {
    const files = Object.values(manifest.scripts).flatMap(
      (script) => script.match(/\b(?:scripts|deploy|config)\/[\w./-]+/g) ?? [],
    );
    expect(files.filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  test('is an ES module under Apache-2.0 with a command and one public entry', () => {
    expect(manifest).toMatchObject({
      type: 'module',
      license: 'Apache-2.0',
      bin: { forkcast: 'dist/cli.js' },
      exports: { '.': { types: './dist/index.d.ts', default: './dist/index.js' } },
    });
  });

  test('every dependency has one exact version', () => {
    const { dependencies, optionalDependencies, devDependencies } = manifest;
    const versions = { ...dependencies, ...optionalDependencies, ...devDependencies };
    const loose = Object.entries(versions).filter(
      ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
    );
    expect(loose).toEqual([]);
  });

  test('the lock file agrees on name and version', () => {
    const { name, version } = JSON.parse(read('package-lock.json')) as Manifest;
    expect({ name, version }).toEqual({ name: manifest.name, version: manifest.version });
  });

  test('what is published exists, dist apart', () => {
    const missing = manifest.files.filter(
      (file) => file !== 'dist' && !existsSync(join(ROOT, file)),
    );
    expect(missing).toEqual([]);
  });
});

test('what installs TensorFlow.js installs the version that is tested', () => {
  const version = manifest.optionalDependencies['@tensorflow/tfjs-core'];
  const command = `npm install @tensorflow/tfjs@${version} @tensorflow/tfjs-backend-wasm@${version}`;
  expect(read('src/model/tfjs/backend.ts')).toContain(`'${command}'`);
});

// Its install script fetches CUDA parts, and fails where their server cannot be reached.
test('no npm version runs the install script of onnxruntime-node', () => {
  expect(manifest.allowScripts).toEqual({ 'onnxruntime-node': false });
  expect(read('.npmrc')).toContain('onnxruntime-node-install=skip');
});

test('the changelog has a place for the next version', () => {
  expect(read('CHANGELOG.md')).toMatch(/^## Unreleased$/m);
});

test('the licence is the Apache License, Version 2.0', () => {
  expect(read('LICENSE')).toMatch(/Apache License\s+Version 2\.0, January 2004/);
});
