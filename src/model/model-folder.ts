/** What one folder holds: model files and version folders. */
import { readdirSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';

export type FolderContents = {
  /** Names of the model files, in the order of `MODEL_FILES`. */
  readonly files: readonly string[];
  /** Names of the version folders, ascending by number. */
  readonly versions: readonly string[];
};

export type ModelFile = {
  readonly runtime?: 'onnx' | 'module';
  /** Absolute path. */
  readonly file?: string;
  readonly fault?: string;
};

const MODEL_FILES = ['model.onnx', 'model.mjs', 'model.js', 'model.cjs', 'model.ts', 'model.mts'];
const VERSION = /^\d{1,15}$/;

export function isVersion(name: string): boolean {
  return VERSION.test(name);
}

export function readFolder(folder: string): FolderContents {
  const names = readdirSync(folder);
  return {
    files: MODEL_FILES.filter((file) => names.includes(file) && !isFolder(join(folder, file))),
    versions: names
      .filter((name) => isVersion(name) && isFolder(join(folder, name)))
      .sort((one, other) => Number(one) - Number(other)),
  };
}

/** The one file to serve from a folder, or why there is none. */
export function modelFileOf(folder: string, { files }: FolderContents): ModelFile {
  // A TypeScript source beside its compiled module is not a second model.
  const compiled = files.filter((file) => !isTypeScript(file));
  const candidates = compiled.length > 0 ? compiled : files;
  const [file, second] = candidates;
  if (file === undefined) return { fault: `${folder}: no model here; ${EXPECTED}` };
  if (second !== undefined) {
    return { fault: `${folder}: has ${candidates.join(' and ')}; keep one of them.` };
  }
  const path = join(folder, file);
  if (file.endsWith('.onnx')) return { runtime: 'onnx', file: path };
  if (isTypeScript(file)) return typeScriptModule(path);
  if (/\.[cm]?js$/.test(file)) return { runtime: 'module', file: path };
  return { fault: `${path}: not a model file; ${EXPECTED}` };
}

const EXPECTED = 'expected a .onnx file or a module (.js, .mjs or .ts).';

function typeScriptModule(path: string): ModelFile {
  if (canRunTypeScript()) return { runtime: 'module', file: path };
  const compiled = basename(path).replace(/ts$/, 'js');
  return {
    fault: `${path}: this Node (${process.version}) cannot run TypeScript; compile it to ${compiled} beside it, or use Node 22.18 or newer.`,
  };
}

/** Node 22.18 and 24 strip types by themselves and say so here. */
export function canRunTypeScript(): boolean {
  return 'typescript' in process.features && Boolean(process.features.typescript);
}

function isTypeScript(file: string): boolean {
  return /\.m?ts$/.test(file);
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
