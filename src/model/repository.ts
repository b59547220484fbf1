/** Which models PATH holds. Only looks at names and settings files: nothing is loaded here. */
import { readdirSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ConfigError } from '../errors.js';
import { type FolderContents, isVersion, modelFileOf, readFolder } from './model-folder.js';
import type { ModelPlan } from './model-plan.js';
import { type ModelSettings, readModelSettings } from './model-settings.js';

export type { ModelPlan } from './model-plan.js';

/** What is known of one model of a repository: all its versions, or why they cannot be served. */
export type SurveyedModel = {
  readonly name: string;
  /** Absolute path of its folder, or of its file where PATH is a file: what to watch. */
  readonly path: string;
  /** Its served versions, ascending. With faults, those that have none; trust them only without. */
  readonly plans: readonly ModelPlan[];
  readonly faults: readonly string[];
};

export type Survey = {
  /** Sorted by name. */
  readonly models: readonly SurveyedModel[];
  /** Faults that concern no single model: nothing at PATH, a stray file. */
  readonly faults: readonly string[];
};

const MODEL_NAME = /^[A-Za-z0-9._-]{1,128}$/;
const IGNORED_FOLDERS: readonly string[] = ['node_modules'];
const UNVERSIONED = '1';

/**
 * All that PATH holds, faults of one model beside the plans of the others; throws nothing. Reads
 * names, settings and heads of files, so it blocks for some milliseconds: ask it on a change only.
 */
export function surveyRepository(path: string): Survey {
  const start = resolve(path);
  const kind = kindOf(start);
  if (kind === undefined) {
    return { models: [], faults: [`${path}: there is no such file or folder.`] };
  }
  if (kind === 'file') return { models: [surveyFile(start)], faults: [] };
  if (holdsOneModel(readFolder(start))) return { models: [surveyFolder(start, start)], faults: [] };
  return surveyFolders(start);
}

/**
 * The models of a model file, of a folder with one model, or of a repository of such folders,
 * sorted by name.
 *
 * @throws ConfigError with every fault there is, an empty repository included
 */
export function findModels(path: string): ModelPlan[] {
  const { models, faults } = surveyRepository(path);
  const all = [...models.flatMap((model) => model.faults), ...faults];
  if (models.length === 0 && all.length === 0) all.push(nothingIn(resolve(path)));
  if (all.length > 0) throw new ConfigError(all.sort());
  return models.flatMap(({ plans }) => plans);
}

function nothingIn(root: string): string {
  return `${root}: no model here; expected a model file (model.onnx, model.js or model.mjs) or folders that hold one, such as NAME/model.onnx or NAME/1/model.onnx.`;
}

function surveyFolders(root: string): Survey {
  const models: SurveyedModel[] = [];
  const faults: string[] = [];
  for (const entry of readdirSync(root).filter(isVisible).sort()) {
    const path = join(root, entry);
    const kind = kindOf(path);
    if (kind === undefined) faults.push(`${path}: the link points at nothing.`);
    else if (kind === 'folder') models.push(surveyFolder(root, path));
    else if (path.endsWith('.onnx')) {
      const name = basename(path, '.onnx');
      faults.push(`${path}: lies beside the model folders; move it to ${name}/model.onnx.`);
    }
  }
  return { models, faults };
}

function surveyFolder(root: string, folder: string): SurveyedModel {
  const found = new Finding();
  found.addFolder(root, folder);
  return { name: basename(folder), path: folder, plans: found.plans, faults: found.faults };
}

function surveyFile(file: string): SurveyedModel {
  const found = new Finding();
  const name = found.addFile(file);
  return { name, path: file, plans: found.plans, faults: found.faults };
}

/** Plans and faults of one model. */
class Finding {
  readonly plans: ModelPlan[] = [];
  readonly faults: string[] = [];

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
  addFile(file: string): string {
    const stem = basename(file).replace(/\.[^.]+$/, '');
    const parent = dirname(file);
    const versioned = isVersion(basename(parent));
    const folder = versioned ? dirname(parent) : parent;
    const isModelFolder = stem === 'model';
    const name = isModelFolder ? basename(folder) : stem;
    if (!this.#checkName(name, file)) return name;
    const version = isModelFolder && versioned ? basename(parent) : UNVERSIONED;
    const { runtime, fault } = modelFileOf(parent, { files: [basename(file)], versions: [] });
    if (fault !== undefined) this.faults.push(fault);
    const settings = isModelFolder ? this.#settings(folder) : {};
    if (runtime !== undefined) this.#plan({ name, version, runtime, file }, settings);
    return name;
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
