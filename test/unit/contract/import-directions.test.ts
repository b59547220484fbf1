import { builtinModules } from 'node:module';
import { describe, expect, test } from 'vitest';
import { importsOf, roomOf, type SourceFile, sourceFiles } from './source-files.js';

const files = sourceFiles();

/**
 * Which rooms a room may import. Each may name only rooms above it here, so no
 * cycle can be written down. `master` and `worker` never name each other.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  'errors.ts': [],
  'version.ts': [],
  'error-reference.ts': ['errors.ts'],
  // Types, for the master and for who writes hooks.
  hooks: [],
  config: ['errors.ts'],
  queue: ['errors.ts'],
  model: ['errors.ts', 'config'],
  link: ['errors.ts', 'config', 'model'],
  observe: ['errors.ts', 'config', 'link'],
  worker: ['errors.ts', 'version.ts', 'config', 'model', 'link', 'observe'],
  master: ['errors.ts', 'hooks', 'version.ts', 'config', 'queue', 'model', 'link', 'observe'],
  // Starts workers as the master does, but serves nobody: it needs none of the server's life.
  check: ['errors.ts', 'config', 'model', 'link'],
  // Asks a server over its admin port: it may run on another machine, so it knows no room of it.
  ctl: ['errors.ts', 'config'],
  // Types alone: a plugin is written for Fastify, which only workers know.
  'index.ts': ['hooks', 'model', 'worker'],
  'cli.ts': ['errors.ts', 'version.ts', 'config', 'model', 'observe', 'master', 'check', 'ctl'],
};

describe('rooms', () => {
  test('every room is in the table', () => {
    const rooms = new Set(files.map(({ path }) => roomOf(path)));
    expect([...rooms].sort()).toEqual(Object.keys(MAY_IMPORT).sort());
  });

  test('the table points one way', () => {
    const rooms = Object.keys(MAY_IMPORT);
    const upwards = rooms.filter((room, index) =>
      MAY_IMPORT[room]?.some((other) => rooms.indexOf(other) >= index),
    );
    expect(upwards).toEqual([]);
  });

  test.each(Object.keys(MAY_IMPORT))('%s imports only what it may', (room) => {
    const strays = filesIn(room).flatMap(({ path, imports }) =>
      imports
        .filter((entry) => entry.of.endsWith('.ts') && roomOf(entry.of) !== room)
        .filter((entry) => !MAY_IMPORT[room]?.includes(roomOf(entry.of)))
        .map((entry) => `${path} imports ${entry.of}`),
    );
    expect(strays).toEqual([]);
  });
});

describe('single owners', () => {
  test('the queue does no I/O: it imports nothing from outside src', () => {
    expect(importersOf((name) => !name.endsWith('.ts')).filter(isIn('queue/'))).toEqual([]);
  });

  test('fastify only in worker/', () => {
    expect(importersOf(isPackage('fastify')).filter(isNotIn('worker/'))).toEqual([]);
  });

  test('the package itself loads no Fastify', () => {
    const index = filesIn('index.ts').flatMap(({ imports }) => imports);
    expect(index.filter(({ of, isTypeOnly }) => of.startsWith('worker/') && !isTypeOnly)).toEqual(
      [],
    );
  });

  test('onnxruntime only in model/runtimes/onnx…', () => {
    const importers = importersOf((name) => name.startsWith('onnxruntime'));
    expect(importers.filter(isNotIn('model/runtimes/onnx'))).toEqual([]);
  });

  test('tensorflow only in model/tfjs/', () => {
    const importers = importersOf((name) => name.startsWith('@tensorflow/'));
    expect(importers.filter(isNotIn('model/tfjs/'))).toEqual([]);
  });

  test('prom-client only in observe/metrics.ts', () => {
    expect(importersOf(isPackage('prom-client'))).toEqual(['observe/metrics.ts']);
  });

  test('pino only in observe/', () => {
    const importers = importersOf((name) => name.startsWith('pino'));
    expect(importers.filter(isNotIn('observe/'))).toEqual([]);
  });

  test('node:cluster only in the supervisor, types apart', () => {
    const importers = importersOf(isPackage('node:cluster'), { withTypes: false });
    expect(importers).toEqual(['master/workers/supervisor.ts']);
  });

  test('process.exit only in cli.ts and worker/main.cts', () => {
    expect(filesWith(/\bprocess\.exit\(/)).toEqual(['cli.ts', 'worker/main.cts']);
  });

  test('process.env only in config/', () => {
    expect(filesWith(/\bprocess\.env\b/).filter(isNotIn('config/'))).toEqual([]);
  });

  test('built-in modules are imported with node:', () => {
    const bare = importersOf((name) => builtinModules.includes(name));
    expect(bare).toEqual([]);
  });
});

describe('protocols', () => {
  const protocols = filesIn('worker').flatMap((file) => {
    const protocol = protocolOf(file.path);
    return protocol === undefined ? [] : [{ ...file, protocol }];
  });

  test('there are several', () => {
    const names = new Set(protocols.map(({ protocol }) => protocol));
    expect([...names].sort()).toEqual(['v1', 'v2']);
  });

  test('none imports another', () => {
    const strays = protocols.flatMap(({ path, protocol, imports }) =>
      imports
        .filter((entry) => (protocolOf(entry.of) ?? protocol) !== protocol)
        .map((entry) => `${path} imports ${entry.of}`),
    );
    expect(strays).toEqual([]);
  });

  test('only the app knows them, and what speaks the rows of v1: warm-up and own routes', () => {
    const importers = importersOf((name) => protocolOf(name) !== undefined);
    const others = importers.filter((path) => protocolOf(path) === undefined);
    expect(others).toEqual([
      'worker/app.ts',
      'worker/life/warm-up.ts',
      'worker/own-routes/own-model.ts',
    ]);
  });
});

describe('the reading of imports', () => {
  test.each([
    ["import { a } from './a.js';", 'room/a.ts', false],
    ["import {\n  a,\n  type B,\n} from '../other/a.js';", 'other/a.ts', false],
    ["import type { A } from 'fastify';", 'fastify', true],
    ["import { type A, type B } from 'fastify';", 'fastify', true],
    ["import cluster, { type Worker } from 'node:cluster';", 'node:cluster', false],
    ["export { a } from './deep/a.js';", 'room/deep/a.ts', false],
    ["import './effect.js';", 'room/effect.ts', false],
    ["  const { a } = await import('./a.js');", 'room/a.ts', false],
  ])('%s', (line, of, isTypeOnly) => {
    const text = `const before = 1;\n${line}\nexport const after = 'x';\n`;
    expect(importsOf(text, 'room/file.ts')).toEqual([{ of, isTypeOnly }]);
  });

  test('finds the imports of this project', () => {
    const all = files.flatMap(({ imports }) => imports);
    expect(all.length).toBeGreaterThan(files.length);
    const known = new Set(files.map(({ path }) => path));
    const lost = all.filter(({ of }) => of.endsWith('.ts') && !known.has(of));
    expect(lost).toEqual([]);
  });
});

function filesIn(room: string): SourceFile[] {
  return files.filter(({ path }) => roomOf(path) === room);
}

function importersOf(
  isMeant: (name: string) => boolean,
  { withTypes } = { withTypes: true },
): string[] {
  return files
    .filter(({ imports }) =>
      imports.some((entry) => isMeant(entry.of) && (withTypes || !entry.isTypeOnly)),
    )
    .map(({ path }) => path);
}

function protocolOf(path: string): string | undefined {
  return /^worker\/protocols\/([^/]+)\//.exec(path)?.[1];
}

function isPackage(wanted: string): (name: string) => boolean {
  return (name) => name === wanted || name.startsWith(`${wanted}/`);
}

/** Code only: a comment may name what it speaks of. */
function filesWith(pattern: RegExp): string[] {
  const comments = /\/\*[\s\S]*?\*\/|(?<!:)\/\/.*$/gm;
  return files
    .filter(({ text }) => pattern.test(text.replace(comments, '')))
    .map(({ path }) => path);
}

function isIn(prefix: string): (path: string) => boolean {
  return (path) => path.startsWith(prefix);
}

function isNotIn(prefix: string): (path: string) => boolean {
  return (path) => !path.startsWith(prefix);
}
