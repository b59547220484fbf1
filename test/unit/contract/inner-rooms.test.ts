import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { sourceFiles } from './source-files.js';

const files = sourceFiles();

/**
 * The folders inside rooms, each with those of the same room that it may import: only ones above it
 * here, so no circle can be written down. Files that lie in no folder of their room are what its
 * folders share, or what joins them.
 */
const MAY_IMPORT: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  config: {
    cpus: [],
    values: [],
    table: ['values'],
    sources: ['values', 'table'],
    pages: ['cpus', 'values', 'table', 'sources'],
  },
  queue: {
    fleet: [],
    waiting: ['fleet'],
    admission: ['fleet', 'waiting'],
    fate: ['fleet', 'waiting'],
    slices: ['fleet', 'fate'],
    units: ['fleet', 'waiting', 'fate'],
  },
  link: {
    frames: [],
    server: ['frames'],
    slices: ['frames'],
    process: [],
  },
  model: {
    tensor: [],
    paths: ['tensor'],
    settings: ['tensor'],
    signature: ['tensor', 'settings'],
    module: ['tensor', 'settings', 'signature'],
    pipeline: ['tensor', 'settings', 'signature'],
    repository: ['settings', 'pipeline'],
    // What reads a format knows no other one.
    onnx: ['tensor'],
    'onnx/rows': ['onnx', 'tensor'],
    'onnx/weights': ['onnx', 'tensor'],
    trees: ['tensor', 'settings'],
    'trees/lightgbm': ['trees'],
    'trees/xgboost': ['trees', 'tensor', 'settings'],
    tfjs: ['tensor', 'module', 'repository'],
    runtimes: [
      ...['tensor', 'settings', 'module', 'pipeline', 'repository'],
      ...['onnx', 'onnx/rows', 'onnx/weights', 'trees', 'trees/lightgbm', 'trees/xgboost', 'tfjs'],
    ],
  },
  worker: {
    body: [],
    scan: [],
    serializers: [],
    slices: [],
    inference: ['body', 'slices'],
    // No protocol knows another.
    'protocols/v1': ['body', 'scan', 'serializers', 'inference'],
    'protocols/v2': ['body', 'scan', 'serializers', 'inference'],
    'own-routes': ['body', 'protocols/v1'],
    life: ['protocols/v1'],
  },
  ctl: {
    top: [],
  },
  observe: {
    output: [],
    access: ['output'],
  },
  master: {
    listen: [],
    trust: [],
    system: [],
    front: ['trust'],
    'front/canonical': ['front'],
    'workers/launch': [],
    workers: ['workers/launch'],
    metadata: [],
    models: ['workers', 'metadata'],
    recycling: ['workers'],
    hooks: ['workers'],
    routing: ['front', 'models'],
    reload: ['system', 'workers', 'models'],
    control: ['listen', 'trust', 'system', 'front', 'workers', 'hooks', 'models', 'reload'],
    upgrade: ['listen', 'control'],
  },
};

const ROOMS = Object.keys(MAY_IMPORT);
const FOLDERS = ROOMS.flatMap((room) =>
  Object.keys(MAY_IMPORT[room] ?? {}).map((folder) => `${room}/${folder}`),
);

describe('folders of rooms', () => {
  test('every folder is in the table', () => {
    const folders = new Set(files.map(({ path }) => dirname(path)));
    const inner = [...folders].filter((folder) => folder.includes('/'));
    expect(inner.sort()).toEqual(FOLDERS.toSorted());
  });

  test.each(ROOMS)('the table of %s points one way', (room) => {
    const rows = Object.entries(MAY_IMPORT[room] ?? {});
    const names = rows.map(([folder]) => folder);
    const upwards = rows.filter(([folder, others]) =>
      others.some((other) => names.indexOf(other) >= names.indexOf(folder)),
    );
    expect(upwards).toEqual([]);
  });

  test.each(FOLDERS)('%s imports only what it may', (folder) => {
    const [room = ''] = folder.split('/');
    const may = MAY_IMPORT[room]?.[folder.slice(room.length + 1)] ?? [];
    const isStray = (other: string): boolean =>
      other !== folder &&
      FOLDERS.includes(other) &&
      other.startsWith(`${room}/`) &&
      !may.includes(other.slice(room.length + 1));
    const strays = files
      .filter(({ path }) => dirname(path) === folder)
      .flatMap(({ path, imports }) =>
        imports.filter(({ of }) => isStray(dirname(of))).map(({ of }) => `${path} imports ${of}`),
      );
    expect(strays).toEqual([]);
  });

  test('a runtime is imported by the table of runtimes alone', () => {
    const importers = files.filter(
      ({ path, imports }) =>
        dirname(path) !== 'model/runtimes' &&
        imports.some(({ of }) => dirname(of) === 'model/runtimes'),
    );
    expect(importers.map(({ path }) => path)).toEqual(['model/load-model.ts']);
  });
});
