/** One model of a repository: which versions of it are served from where, or why not. */

import { lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '../../errors.js';
import { MODEL_NAME } from '../model-name.js';
import type { ModelPlan } from '../model-plan.js';
import { MOST_FAULTS } from '../settings/form.js';
import type { FolderSettings } from '../settings/model-setting-table.js';
import {
  readModelSettings,
  SETTINGS_FILE,
  type SettingsFile,
  type SettingsOwner,
} from '../settings/model-settings.js';
import {
  type Choice,
  choiceOf,
  chooseFile,
  type FolderContents,
  isInside,
  kindOf,
  readFolder,
} from './model-folder.js';
import { isVersion, labelVersions, servedVersions } from './version-policy.js';

/** What is known of one model: all its versions, or why they cannot be served. */
export type SurveyedModel = {
  readonly name: string;
  /** Absolute path of its folder, or of its file where PATH is a file: what to watch. */
  readonly path: string;
  /** Its served versions, ascending. With faults, those that have none; trust them only without. */
  readonly plans: readonly ModelPlan[];
  readonly faults: readonly string[];
};

/** The version of a model that has no version folders. */
const UNVERSIONED = '1';

/** One look at one model. */
type Look = {
  readonly name: string;
  readonly path: string;
  /** The repository: neither the model's folder nor what is in it may lie outside. */
  readonly root: string;
  readonly faults: string[];
};

/** The folder of one version, or of a model without version folders. */
type VersionFolder = {
  readonly folder: string;
  readonly contents: FolderContents;
  readonly settings: FolderSettings;
  /** Where its `pipeline` is said, if it has one. */
  readonly settingsFile: string;
  /** What it is was said, but not rightly: a fault of that is told, and what follows is echo. */
  readonly isUnclear: boolean;
};

export function surveyFolder(root: string, folder: string): SurveyedModel {
  return survey({ name: basename(folder), path: folder, root, faults: [] }, plansOfFolder);
}

/** A file named on the command line; its folder names it when the file is just `model.…`. */
export function surveyFile(file: string): SurveyedModel {
  const { name, folder = dirname(file) } = placeOf(file);
  return survey({ name, path: file, root: folder, faults: [] }, planOfFile);
}

/** A folder may be changed or closed while it is looked at: that is a fault like others. */
function survey(look: Look, plansOf: (look: Look) => ModelPlan[]): SurveyedModel {
  const { name, path, faults } = look;
  try {
    if (hasGoodName(look)) {
      const plans = plansOf(look);
      return { name, path, plans, faults: faults.slice(0, MOST_FAULTS) };
    }
  } catch (error) {
    const reason = messageOf(error);
    faults.push(`${path}: cannot be read: ${reason}.`);
  }
  return { name, path, plans: [], faults };
}

function plansOfFolder(look: Look): ModelPlan[] {
  const folder = look.path;
  if (!staysInside(look, folder)) return [];
  const contents = readFolder(folder);
  const said = readSettings(look, folder, 'model');
  const { settings } = said;
  const settingsFile = join(folder, SETTINGS_FILE);
  if (contents.versions.length === 0 && contents.oddVersions.length === 0) {
    const only = { folder, contents, settings, settingsFile, isUnclear: isUnclear(said) };
    return plansOf(look, [UNVERSIONED], settings, () => only);
  }
  checkVersionFolders(look, contents);
  return plansOf(look, contents.versions, settings, (version) => {
    const own = join(folder, version);
    if (!staysInside(look, own)) return undefined;
    const saidOfIt = readSettings(look, own, 'version');
    const overrides = saidOfIt.settings;
    return {
      folder: own,
      contents: readFolder(own),
      settings: { ...settings, ...overrides },
      settingsFile: overrides.pipeline === undefined ? settingsFile : join(own, SETTINGS_FILE),
      isUnclear: isUnclear(said) || isUnclear(saidOfIt),
    };
  });
}

function checkVersionFolders({ path, faults }: Look, contents: FolderContents): void {
  const { files, versions, oddVersions } = contents;
  for (const name of oddVersions) {
    const example = name.replace(/^0+(?=\d)/, '').slice(0, 19);
    faults.push(
      `${join(path, name)}: not a version; expected at most 19 digits without leading zeros, such as ${example}.`,
    );
  }
  if (files.length === 0) return;
  const folders = [...versions, ...oddVersions].join(', ');
  faults.push(`${path}: has both ${files[0]} and version folders (${folders}); keep one of them.`);
}

function plansOf(
  look: Look,
  present: readonly string[],
  { versions: policy, labels }: FolderSettings,
  read: (version: string) => VersionFolder | undefined,
): ModelPlan[] {
  const { versions, faults } = servedVersions(present, policy);
  const labelled = labelVersions(labels, versions, present);
  const settingsFile = join(look.path, SETTINGS_FILE);
  for (const fault of [...faults, ...labelled.faults])
    look.faults.push(`${settingsFile}: ${fault}`);
  return versions.flatMap((version): ModelPlan[] => {
    const one = read(version);
    if (one === undefined) return [];
    const chosen = choiceIn(one);
    if ('fault' in chosen) {
      if (!one.isUnclear) look.faults.push(chosen.fault);
      return [];
    }
    if (!staysInside(look, chosen.file)) return [];
    checkOwnModules(look, chosen.file, one.settings);
    const isLatest = version === versions.at(-1);
    const found = { name: look.name, version, isLatest, labels: labelled.labelsOf(version) };
    return [planOf({ ...found, ...chosen }, one.settings)];
  });
}

/** The model file of a version, or the settings file where that says it is a pipeline. */
function choiceIn({ folder, contents, settings, settingsFile }: VersionFolder): Choice {
  const { pipeline, runtime, file } = settings;
  if (pipeline === undefined) {
    if (runtime !== 'pipeline') return chooseFile(folder, contents, settings);
    return {
      fault: `${settingsFile}: runtime: "pipeline" needs "pipeline", the list of its steps.`,
    };
  }
  if (runtime !== undefined && runtime !== 'pipeline') {
    return {
      fault: `${settingsFile}: has both "pipeline" and the runtime ${runtime}; keep one of them.`,
    };
  }
  const other = file ?? contents.files[0];
  if (other === undefined) return { runtime: 'pipeline', file: settingsFile };
  return {
    fault: `${folder}: has both ${other} and a "pipeline" in ${SETTINGS_FILE}; keep one of them.`,
  };
}

/** Modules between the models of a pipeline lie in its own folder. */
function checkOwnModules(look: Look, settingsFile: string, { pipeline }: FolderSettings): void {
  for (const step of pipeline?.steps ?? []) {
    if (!('module' in step)) continue;
    const path = join(dirname(settingsFile), step.module);
    if (kindOf(path) === 'file') staysInside(look, path);
    else look.faults.push(`${path}: there is no such file; a step of the pipeline names it.`);
  }
}

function planOfFile(look: Look): ModelPlan[] {
  const { name, version, folder, versionFolder } = placeOf(look.path);
  const settings = {
    ...(folder === undefined ? {} : readSettings(look, folder, 'model').settings),
    ...(versionFolder === undefined ? {} : readSettings(look, versionFolder, 'version').settings),
  };
  const choice = choiceOf(look.path, settings.runtime);
  if ('runtime' in choice) {
    return [planOf({ name, version, isLatest: true, labels: [], ...choice }, settings)];
  }
  look.faults.push(choice.fault);
  return [];
}

/** Which model a file is: `wine/3/model.onnx` is version 3 of wine, `iris.onnx` is iris. */
function placeOf(file: string): {
  readonly name: string;
  readonly version: string;
  /** With its settings; absent where the file lies among others. */
  readonly folder?: string;
  readonly versionFolder?: string;
} {
  const parent = dirname(file);
  const stem = basename(file).replace(/\.[^.]+$/, '');
  if (stem !== 'model') return { name: stem, version: UNVERSIONED };
  if (!isVersion(basename(parent))) {
    return { name: basename(parent), version: UNVERSIONED, folder: parent };
  }
  const folder = dirname(parent);
  return { name: basename(folder), version: basename(parent), folder, versionFolder: parent };
}

/** What has led to the plan is not in it: workers need not know. */
function planOf(
  found: Pick<ModelPlan, 'name' | 'version' | 'runtime' | 'file' | 'isLatest' | 'labels'>,
  settings: FolderSettings,
): ModelPlan {
  const {
    runtime: _runtime,
    file: _file,
    versions: _versions,
    labels: _labels,
    ...kept
  } = settings;
  return { ...kept, ...found };
}

const NOTHING_SAID: SettingsFile = { settings: {}, faults: [], keys: [] };

function readSettings(look: Look, folder: string, owner: SettingsOwner): SettingsFile {
  const path = join(folder, SETTINGS_FILE);
  if (lstatSync(path, { throwIfNoEntry: false }) === undefined) return NOTHING_SAID;
  if (kindOf(path) === undefined) {
    look.faults.push(`${path}: the link points at nothing.`);
    return NOTHING_SAID;
  }
  if (!staysInside(look, path)) return NOTHING_SAID;
  const said = readModelSettings(path, owner);
  look.faults.push(...said.faults);
  return said;
}

/** Settings that say what the model is. */
const DECISIVE = ['pipeline', 'file', 'runtime'] as const;

function isUnclear({ settings, faults, keys }: SettingsFile): boolean {
  if (faults.length > 0 && keys.length === 0) return true;
  return DECISIVE.some((key) => keys.includes(key) && settings[key] === undefined);
}

function staysInside({ root, faults }: Look, path: string): boolean {
  if (isInside(root, path)) return true;
  faults.push(`${path}: the link leaves ${root}; a model must lie inside its repository.`);
  return false;
}

function hasGoodName({ name, path, faults }: Look): boolean {
  if (MODEL_NAME.test(name) && name !== '.' && name !== '..') return true;
  faults.push(
    `${path}: ${JSON.stringify(name)} cannot be a model's name; expected 1 to 128 letters, digits, dots, underscores or dashes.`,
  );
  return false;
}
