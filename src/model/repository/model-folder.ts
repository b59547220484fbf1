/** What one folder holds: model files, version folders, settings; and the one file to serve. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { RuntimeName } from '../runtime-name.js';
import type { FolderSettings } from '../settings/model-setting-table.js';
import { SETTINGS_FILE } from '../settings/model-settings.js';
import {
  EXPECTED_IN_FOLDER,
  foreignHint,
  formatOf,
  isTypeScript,
  MODEL_FILES,
  mayRun,
} from './model-format.js';
import { compareVersions, isVersion } from './version-policy.js';

export type FolderContents = {
  /** Names of what is called like a model file, in the order of `MODEL_FILES`. */
  readonly files: readonly string[];
  /** Names of the version folders, ascending by number. */
  readonly versions: readonly string[];
  /** Folders that are numbers, but not written as versions are: `01`. */
  readonly oddVersions: readonly string[];
  readonly hasSettings: boolean;
  /** Names of all the rest. */
  readonly others: readonly string[];
};

/** A model's file, or why there is none. */
export type Choice =
  | { readonly runtime: RuntimeName; readonly file: string }
  | { readonly fault: string };

/** @throws what reading a folder throws */
export function readFolder(folder: string): FolderContents {
  const names = readdirSync(folder).sort();
  const numbers = names.filter(
    (name) => /^\d+$/.test(name) && kindOf(join(folder, name)) === 'folder',
  );
  const isModelFile = (name: string): boolean =>
    MODEL_FILES.includes(name) && kindOf(join(folder, name)) !== 'folder';
  return {
    files: MODEL_FILES.filter((name) => names.includes(name) && isModelFile(name)),
    versions: numbers.filter(isVersion).sort(compareVersions),
    oddVersions: numbers.filter((name) => !isVersion(name)),
    hasSettings: names.includes(SETTINGS_FILE),
    others: names.filter((name) => !isModelFile(name) && !numbers.includes(name)),
  };
}

/** `folder`, `file`, `other` for what is neither (a pipe, say), undefined where nothing is. */
export function kindOf(path: string): 'folder' | 'file' | 'other' | undefined {
  try {
    const info = statSync(path);
    if (info.isDirectory()) return 'folder';
    return info.isFile() ? 'file' : 'other';
  } catch {
    return undefined;
  }
}

/** Compares real paths: a link to `/etc/secret.js` is outside however it is spelled. */
export function isInside(root: string, path: string): boolean {
  const real = realpathSync(path);
  const realRoot = realpathSync(root);
  return real === realRoot || real.startsWith(join(realRoot, '/'));
}

/** The one model file of a folder: as its settings name it, else as its name and content tell. */
export function chooseFile(
  folder: string,
  contents: FolderContents,
  { runtime, file }: Pick<FolderSettings, 'runtime' | 'file'>,
): Choice {
  if (file !== undefined) return namedFile(folder, file, runtime);
  const found = contents.files.filter((name) => runtime === undefined || mayRun(runtime, name));
  // A TypeScript source beside its compiled module is not a second model.
  const compiled = found.filter((name) => !isTypeScript(name));
  const candidates = compiled.length > 0 ? compiled : found;
  const read = candidates.map((name) => ({ name, ...choiceOf(join(folder, name), runtime) }));
  // A note called model.txt beside model.onnx is no second model either.
  const models = read.filter((one) => 'runtime' in one);
  const [model, second] = models;
  if (model === undefined) {
    const fault = read.flatMap((one) => ('fault' in one ? one.fault : []))[0];
    return { fault: fault ?? noFile(folder, contents, runtime) };
  }
  if (second === undefined) return { runtime: model.runtime, file: model.file };
  const names = models.map(({ name }) => name).join(' and ');
  return {
    fault: `${folder}: has ${names}; keep one of them, or name it with "file" in ${SETTINGS_FILE}.`,
  };
}

function namedFile(folder: string, file: string, runtime: RuntimeName | undefined): Choice {
  const path = join(folder, file);
  if (kindOf(path) === undefined) {
    return { fault: `${path}: there is no such file; "file" in ${SETTINGS_FILE} names it.` };
  }
  return choiceOf(path, runtime);
}

/** @param runtime what the settings say: it wins over what the file looks like */
export function choiceOf(path: string, runtime?: RuntimeName): Choice {
  if (kindOf(path) !== 'file') return { fault: `${path}: expected a file.` };
  if (runtime !== undefined) return { runtime, file: path };
  const format = formatOf(path);
  if ('runtime' in format) return { runtime: format.runtime, file: path };
  return { fault: `${path}: ${format.fault}.` };
}

function noFile(
  folder: string,
  contents: FolderContents,
  runtime: RuntimeName | undefined,
): string {
  const { files } = contents;
  if (files.length > 0) {
    return `${folder}: "runtime" in ${SETTINGS_FILE} is ${runtime}, but ${files.join(' and ')} is not for it.`;
  }
  return `${folder}: no model here${nearMiss(contents) ?? `; ${EXPECTED_IN_FOLDER}`}.`;
}

/** What of a folder's files was probably meant to be its model, and what to do with it. */
export function nearMiss({ others }: FolderContents): string | undefined {
  for (const name of others) {
    const hint = foreignHint(name);
    if (hint !== undefined) return `, but ${name}: ${hint}`;
  }
  // A folder called model.onnx is among the others, too.
  const strays = others.filter((name) => extname(name) === '.onnx' && !MODEL_FILES.includes(name));
  const [only, another] = strays;
  if (only === undefined || another !== undefined) return undefined;
  return `, but ${only}; call it model.onnx, or name it with "file" in ${SETTINGS_FILE}`;
}
