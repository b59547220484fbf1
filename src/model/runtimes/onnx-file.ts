/** A model's file, looked at before the runtime sees it. */
import { dirname } from 'node:path';
import { type ByteSource, FileSource } from '../onnx/byte-source.js';
import { checkExternalData } from '../onnx/external-data.js';
import { type OnnxModel, readModel } from '../onnx/graph.js';
import { contentsOf } from '../onnx/nested-graphs.js';
import { type Ports, planRewriting } from '../onnx/rewriting.js';
import { isRowWise } from '../onnx/rows/row-wise.js';
import { usePlainUnicode } from '../onnx/text-locale.js';
import { holdWeights, type WeightsCase } from '../onnx/weights/held-weights.js';
import { WireError } from '../onnx/wire.js';
import type { HeldWeights } from '../weights.js';

export type OnnxFile = {
  /** What the runtime loads: the path, or a changed copy. */
  readonly content: string | Uint8Array;
  /** Where weights lie that are not in the file; absent: there are none. */
  readonly externalFolder?: string;
  readonly weights: HeldWeights;
  readonly inputs: Ports;
  readonly outputs: Ports;
  readonly isRowWise: boolean;
  /** An operator in it that would end the process when it gets a tensor without values. */
  readonly needsValues?: string;
};

/**
 * Found by giving empty tensors to every operator's own tests: ONNX Runtime 1.30 divides by their
 * size, or reads what is not there.
 */
const NEED_VALUES = ['ConvTranspose', 'DFT', 'GRU', 'LSTM', 'RNN', 'STFT', 'TopK', 'Unique'];

/** What a wrong file begins with, where that tells what it is. */
const LFS_POINTER = 'version https://git-lfs';
const HEAD_BYTES = 512;
/** An ONNX file begins with a small number; a text does not. */
const TEXT = /^[\t\n\r\x20-\x7e]{4,}$/;

export type InspectOptions = {
  /** Letters by the rules of no country: for systems that lack those the model names. */
  readonly plainUnicode?: boolean;
  readonly weights: WeightsCase;
};

/** @throws Error saying what is wrong with the file, or what in it cannot be served */
export function inspectFile(path: string, options: InspectOptions): OnnxFile {
  const source = new FileSource(path);
  try {
    return inspect(source, path, options);
  } finally {
    source.close();
  }
}

function inspect(source: ByteSource, path: string, options: InspectOptions): OnnxFile {
  const model = read(source);
  const ownFolder = dirname(path);
  const { tensors, operators } = contentsOf(model);
  const externalBytes = checkExternalData(tensors, ownFolder);
  const needsValues = NEED_VALUES.find((operator) => operators.has(operator));
  const { edits, inputs, outputs } = planRewriting(model);
  if (options.plainUnicode) usePlainUnicode(model, edits);
  const { held, folder = ownFolder } = holdWeights(
    model,
    path,
    externalBytes ?? 0,
    edits,
    options.weights,
  );
  const isExternal = externalBytes !== undefined || held.form === 'shared';
  return {
    content: edits.isEmpty ? path : edits.applyTo(model),
    ...(isExternal ? { externalFolder: folder } : {}),
    weights: held,
    inputs,
    outputs,
    isRowWise: isRowWise(model),
    ...(needsValues === undefined ? {} : { needsValues }),
  };
}

function read(source: ByteSource): OnnxModel {
  if (source.length === 0) throw new Error('the file is empty');
  const head = source.slice(0, Math.min(HEAD_BYTES, source.length)).toString('latin1');
  if (head.startsWith(LFS_POINTER)) {
    throw new Error(
      'the file is a pointer of Git LFS, not the model: fetch it with "git lfs pull"',
    );
  }
  if (TEXT.test(head)) throw new Error('the file is a text, not an ONNX model');
  try {
    return readModel(source);
  } catch (cause) {
    if (!(cause instanceof WireError)) throw cause;
    throw new Error(`the file is cut off, damaged or no ONNX model: ${cause.message}`, { cause });
  }
}
