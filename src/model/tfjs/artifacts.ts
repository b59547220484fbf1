/** `model.json` of TensorFlow.js and the files of weights beside it, checked before they are used. */

import { readFile, realpath, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve, sep } from 'node:path';
import type { io } from '@tensorflow/tfjs-core';
import { isObject, type JsonObject } from '../../config/json-object.js';
import { isVersion } from '../repository/version-policy.js';
import { described } from '../tensor/place.js';
import { isSize, lengthOf } from '../tensor/tensor.js';

export type Artifacts = {
  readonly kind: 'layers' | 'graph';
  /** As TensorFlow.js takes them. */
  readonly artifacts: io.ModelArtifacts;
};

type Entry = io.WeightsManifestEntry;
type Group = { readonly paths: readonly string[]; readonly weights: readonly Entry[] };

/** Bytes of one value as it lies in a file; a string has its length before it. */
const VALUE_BYTES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  uint8: 1,
  uint16: 2,
  float16: 2,
};
const STRING_LENGTH_BYTES = 4;

/** @throws Error saying what is wrong with which file */
export async function readArtifacts(file: string): Promise<Artifacts> {
  const model = parsed(await readFile(file, 'utf8'));
  const { modelTopology: topology, userDefinedMetadata: metadata } = model;
  if (!isObject(topology)) {
    throw new Error(`modelTopology: expected an object, got ${described(topology)}`);
  }
  const groups = groupsOf(model.weightsManifest);
  const weightData = await readWeights(dirname(file), groups);
  return {
    kind: kindOf(model.format, topology),
    artifacts: {
      modelTopology: topology,
      weightSpecs: groups.flatMap(({ weights }) => weights),
      weightData,
      // What else may be in there is for training, or for the browser.
      ...picked(model, ['signature', 'modelInitializer', 'initializerSignature']),
      // Where converters before 2.0 put it.
      ...(isObject(metadata) ? picked(metadata, ['signature']) : {}),
    },
  };
}

function parsed(text: string): JsonObject {
  let model: unknown;
  try {
    model = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new Error('model.json is not valid JSON; is it truncated?', { cause: error });
  }
  if (isObject(model)) return model;
  throw new Error(`model.json: expected an object, got ${described(model)}`);
}

/** Old files do not say what they are; a graph has nodes, a layers model has classes. */
function kindOf(format: unknown, topology: JsonObject): Artifacts['kind'] {
  if (format === 'graph-model') return 'graph';
  if (format === 'layers-model') return 'layers';
  if (format !== undefined && format !== null) {
    throw new Error(`format: expected "layers-model" or "graph-model", got ${described(format)}`);
  }
  return Array.isArray(topology.node) ? 'graph' : 'layers';
}

function picked(model: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => (isObject(model[key]) ? [[key, model[key]]] : [])),
  );
}

function groupsOf(manifest: unknown): Group[] {
  if (!Array.isArray(manifest)) {
    throw new Error(`weightsManifest: expected an array, got ${described(manifest)}`);
  }
  return manifest.map((group: unknown, index) => {
    const at = `weightsManifest[${index}]`;
    const { paths, weights } = isObject(group) ? group : {};
    if (!Array.isArray(paths) || !paths.every((path) => typeof path === 'string')) {
      throw new Error(`${at}.paths: expected an array of file names`);
    }
    if (!Array.isArray(weights)) throw new Error(`${at}.weights: expected an array`);
    weights.forEach((entry: unknown, place) => {
      checkEntry(entry, `${at}.weights[${place}]`);
    });
    return { paths, weights };
  });
}

function checkEntry(entry: unknown, at: string): void {
  if (!isObject(entry) || typeof entry.name !== 'string') {
    throw new Error(`${at}: expected {name, shape, dtype}`);
  }
  const { name, shape, dtype, quantization } = entry;
  if (!Array.isArray(shape) || !shape.every(isSize)) {
    throw new Error(`${at}.shape: weight "${name}" has no valid shape`);
  }
  const stored = isObject(quantization) ? quantization.dtype : dtype;
  const isKnown = typeof stored === 'string' && Object.hasOwn(VALUE_BYTES, stored);
  if (isKnown || (stored === 'string' && quantization === undefined)) return;
  throw new Error(`${at}.dtype: weight "${name}" is ${described(stored)}, which is not supported`);
}

/** A file of weights, and how much of them it holds. */
type Shard = { readonly path: string; readonly file: string; readonly bytes: number };

/**
 * All files one after another in one memory, as the weights lie in them: one may be spread over
 * several. (TensorFlow.js takes a list of memories as well, but reads beyond the first of unlike
 * sizes at wrong places.)
 */
async function readWeights(folder: string, groups: readonly Group[]): Promise<ArrayBuffer> {
  const root = await modelRoot(folder);
  const shards: Shard[] = [];
  for (const group of groups) {
    const own: Shard[] = [];
    for (const path of group.paths) own.push(await findShard(folder, root, path));
    checkSize(group, own);
    shards.push(...own);
  }
  const memory = new ArrayBuffer(bytesOf(shards));
  let offset = 0;
  for (const { path, file, bytes } of shards) {
    const content = await readFile(file);
    if (content.length !== bytes) throw new Error(`${path} has changed while it was read`);
    new Uint8Array(memory, offset).set(content);
    offset += bytes;
  }
  return memory;
}

/** The model's own folder, that of its versions included: they may share files through links. */
async function modelRoot(folder: string): Promise<string> {
  return realpath(isVersion(basename(folder)) ? dirname(folder) : folder);
}

async function findShard(folder: string, root: string, path: string): Promise<Shard> {
  const file = resolve(folder, path);
  if (isAbsolute(path) || !file.startsWith(join(folder, sep))) {
    throw new Error(`the path ${described(path)} leaves the folder of the model`);
  }
  let real: string;
  try {
    real = await realpath(file);
  } catch (error) {
    throw new Error(`the file of weights ${path} is missing`, { cause: error });
  }
  if (!real.startsWith(join(root, sep))) {
    throw new Error(`the link ${path} leaves the folder of the model`);
  }
  const info = await stat(real);
  // Reading a pipe would wait for ever.
  if (!info.isFile()) throw new Error(`${path}: expected a file of weights`);
  return { path, file: real, bytes: info.size };
}

function checkSize({ paths, weights }: Group, shards: readonly Shard[]): void {
  const got = bytesOf(shards);
  const least = weights.reduce((total, entry) => total + leastBytes(entry), 0);
  const isExact = weights.every(({ dtype }) => dtype !== 'string');
  if (isExact ? got === least : got >= least) return;
  const expected = `${isExact ? '' : 'at least '}${least} bytes of weights, as model.json says`;
  throw new Error(`${paths.join(', ') || 'no file'}: expected ${expected}, got ${got}`);
}

function bytesOf(shards: readonly Shard[]): number {
  return shards.reduce((total, { bytes }) => total + bytes, 0);
}

function leastBytes({ shape, dtype, quantization }: Entry): number {
  const values = lengthOf(shape);
  return values * (VALUE_BYTES[quantization?.dtype ?? dtype] ?? STRING_LENGTH_BYTES);
}
