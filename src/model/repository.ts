/** Which models PATH holds. Only looks at names and settings files: nothing is loaded here. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { type FolderContents, isVersion, modelFileOf, readFolder } from './model-folder.js';
import { type ModelSettings, readModelSettings } from './model-settings.js';
import type { RuntimeName } from './runtime-name.js';

/** A model to load: all of it survives JSON, because the master sends it to its workers. */
export type ModelPlan = ModelSettings & {
  readonly name: string;
  /** Digits; unique beside the name. */
  readonly version: string;
  readonly runtime: RuntimeName;
  /** Absolute path of the model file. */
  readonly file: string;
  /** Requests that name no version mean this one. */
  readonly isLatest: boolean;
  /** Names that mean this version, such as `stable`; of one model each label is there once. */
  readonly labels: readonly string[];
};

const MODEL_NAME = /^[A-Za-z0-9._-]{1,128}$/;
const IGNORED_FOLDERS: readonly string[] = ['node_modules'];
const UNVERSIONED = '1';

/**
 * The models of a model file, of a folder with one model, or of a repository of such folders,
 * sorted by name.
 *
 * @throws ConfigError with every fault there is, an empty repository included
 */
export function findModels(path: string): ModelPlan[] {
  const start = resolve(path);
  const found = new Finding();
  const kind = kindOf(start);
  if (kind === undefined) found.faults.push(`${path}: there is no such file or folder.`);
  else if (kind === 'file') found.addFile(start);
  else if (holdsOneModel(readFolder(start))) found.addFolder(start, start);
  else found.addRepository(start);
  if (found.faults.length > 0) throw new ConfigError(found.faults);
  return found.plans;
}

/** Plans and faults of one look at PATH: a fault in one model does not hide those of the others. */
class Finding {
  readonly plans: ModelPlan[] = [];
  readonly faults: string[] = [];

  addRepository(root: string): void {
    const entries = readdirSync(root).filter(isVisible).sort();
    for (const entry of entries) this.#addEntry(root, join(root, entry));
    if (this.plans.length === 0 && this.faults.length === 0) {
      this.faults.push(
        `${root}: no model here; expected a model file (model.onnx, model.js or model.mjs) or folders that hold one, such as NAME/model.onnx or NAME/1/model.onnx.`,
      );
    }
  }

  #addEntry(root: string, path: string): void {
    const kind = kindOf(path);
    if (kind === undefined) {
      this.faults.push(`${path}: the link points at nothing.`);
    } else if (kind === 'folder') {
      this.addFolder(root, path);
    } else if (path.endsWith('.onnx')) {
      const name = basename(path, '.onnx');
      this.faults.push(`${path}: lies beside the model folders; move it to ${name}/model.onnx.`);
    }
  }

  addFolder(root: string, folder: string): void {
    const name = basename(folder);
    if (!this.#checkName(name, folder)) return;
    const contents = readFolder(folder);
    const settings = this.#settings(folder);
    const version = contents.versions.at(-1);
    if (version !== undefined && contents.files.length > 0) {
      this.faults.push(
        `${folder}: has both ${contents.files[0]} and version folders (${contents.versions.join(', ')}); keep one of them.`,
      );
    } else if (version !== undefined) {
      const files = readFolder(join(folder, version));
      this.#addModel(root, { name, version, folder: join(folder, version) }, files, settings);
    } else {
      this.#addModel(root, { name, version: UNVERSIONED, folder }, contents, settings);
    }
  }

  /** A file named on the command line; its folder names it when the file is just `model.…`. */
  addFile(file: string): void {
    const stem = basename(file).replace(/\.[^.]+$/, '');
    const parent = dirname(file);
    const versioned = isVersion(basename(parent));
    const folder = versioned ? dirname(parent) : parent;
    const isModelFolder = stem === 'model';
    const name = isModelFolder ? basename(folder) : stem;
    if (!this.#checkName(name, file)) return;
    const version = isModelFolder && versioned ? basename(parent) : UNVERSIONED;
    const { runtime, fault } = modelFileOf(parent, { files: [basename(file)], versions: [] });
    if (fault !== undefined) this.faults.push(fault);
    const settings = isModelFolder ? this.#settings(folder) : {};
    if (runtime !== undefined) this.#plan({ name, version, runtime, file }, settings);
  }

  #addModel(
    root: string,
    model: { name: string; version: string; folder: string },
    contents: FolderContents,
    settings: ModelSettings,
  ): void {
    const { name, version, folder } = model;
    const { runtime, file, fault } = modelFileOf(folder, contents);
    if (fault !== undefined) this.faults.push(fault);
    if (runtime === undefined || file === undefined) return;
    if (!isInside(root, file)) {
      this.faults.push(`${file}: the link leaves ${root}; a model must lie inside its repository.`);
      return;
    }
    this.#plan({ name, version, runtime, file }, settings);
  }

  #plan(
    model: Pick<ModelPlan, 'name' | 'version' | 'runtime' | 'file'>,
    settings: ModelSettings,
  ): void {
    this.plans.push({ ...model, isLatest: true, labels: [], ...settings });
  }

  #settings(folder: string): ModelSettings {
    const { settings, faults } = readModelSettings(folder);
    this.faults.push(...faults);
    return settings;
  }

  #checkName(name: string, path: string): boolean {
    if (MODEL_NAME.test(name) && name !== '.' && name !== '..') return true;
    this.faults.push(
      `${path}: ${JSON.stringify(name)} cannot be a model's name; expected 1 to 128 letters, digits, dots, underscores or dashes.`,
    );
    return false;
  }
}

function holdsOneModel({ files, versions }: FolderContents): boolean {
  return files.length > 0 || versions.length > 0;
}

function isVisible(name: string): boolean {
  return !name.startsWith('.') && !/^readme/i.test(name) && !IGNORED_FOLDERS.includes(name);
}

function kindOf(path: string): 'file' | 'folder' | undefined {
  const info = statSync(path, { throwIfNoEntry: false });
  if (info === undefined) return undefined;
  return info.isDirectory() ? 'folder' : 'file';
}

/** Compares real paths: a link to `/etc/secret.js` is outside however it is spelled. */
function isInside(root: string, file: string): boolean {
  return realpathSync(file).startsWith(join(realpathSync(root), '/'));
}
