/** Which models PATH holds. Only looks at names, settings and heads of files: nothing is loaded here. */
import { readdirSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { ConfigError, messageOf } from '../../errors.js';
import type { ModelPlan } from '../model-plan.js';
import { inLoadOrder, pipelineFaults } from '../pipeline/pipeline-parts.js';
import { readModelSettings, SETTINGS_FILE } from '../settings/model-settings.js';
import { type FolderContents, kindOf, nearMiss, readFolder } from './model-folder.js';
import { EXPECTED_IN_FOLDER } from './model-format.js';
import { type SurveyedModel, surveyFile, surveyFolder } from './model-survey.js';

export type Survey = {
  /** Sorted by name. */
  readonly models: readonly SurveyedModel[];
  /** Faults that concern no single model: nothing at PATH, a stray file. */
  readonly faults: readonly string[];
};

const IGNORED_FOLDERS: readonly string[] = ['node_modules'];
/** Endings that nothing but a model has. */
const STRAY_ENDINGS: readonly string[] = ['.onnx', '.ubj', '.lgb'];

/**
 * All that PATH holds, faults of one model beside the plans of the others; throws nothing. Reads
 * names, settings and heads of files, about 0.2 ms a model, and blocks: ask it on a change only.
 */
export function surveyRepository(path: string): Survey {
  const start = resolve(path);
  try {
    return withPipelineFaults(surveyPath(path, start));
  } catch (error) {
    const reason = messageOf(error);
    return { models: [], faults: [`${path}: cannot be read: ${reason}.`] };
  }
}

/**
 * The models of a model file, of a folder with one model, or of a repository of such folders:
 * parts before the pipelines that are made of them, else sorted by name and version.
 *
 * @throws ConfigError with every fault there is, an empty repository included
 */
export function findModels(path: string): ModelPlan[] {
  const { models, faults } = surveyRepository(path);
  const all = [...models.flatMap((model) => model.faults), ...faults];
  if (models.length === 0 && all.length === 0) all.push(nothingIn(resolve(path)));
  if (all.length > 0) throw new ConfigError(all.sort());
  return inLoadOrder(models.flatMap(({ plans }) => plans));
}

function surveyPath(path: string, start: string): Survey {
  switch (kindOf(start)) {
    case undefined:
      return { models: [], faults: [`${path}: there is no such file or folder.`] };
    case 'other':
      return { models: [], faults: [`${path}: expected a file or a folder.`] };
    case 'file':
      return { models: [surveyFile(start)], faults: [] };
    case 'folder':
      return holdsOneModel(start, readFolder(start))
        ? { models: [surveyFolder(start, start)], faults: [] }
        : surveyFolders(start);
  }
}

/** It has a model file or versions, or settings that stand for one. */
function holdsOneModel(
  folder: string,
  { files, versions, oddVersions, hasSettings }: FolderContents,
): boolean {
  if (files.length + versions.length + oddVersions.length > 0) return true;
  return hasSettings && namesItsModel(join(folder, SETTINGS_FILE));
}

/** Right or wrong: what is wrong is told where the model is looked at. */
function namesItsModel(settingsFile: string): boolean {
  const { keys } = readModelSettings(settingsFile, 'model');
  return keys.includes('pipeline') || keys.includes('file');
}

function surveyFolders(root: string): Survey {
  const models: SurveyedModel[] = [];
  const faults: string[] = [];
  for (const entry of readdirSync(root).filter(isVisible).sort()) {
    const path = join(root, entry);
    const kind = kindOf(path);
    const ending = extname(entry);
    if (kind === undefined) faults.push(`${path}: the link points at nothing.`);
    else if (kind === 'folder') models.push(surveyFolder(root, path));
    else if (entry === SETTINGS_FILE) {
      faults.push(`${path}: no model file is beside it; put it in the folder of its model.`);
    } else if (STRAY_ENDINGS.includes(ending)) {
      const place = `${basename(entry, ending)}/model${ending}`;
      faults.push(`${path}: lies beside the model folders; move it to ${place}.`);
    }
  }
  return { models, faults };
}

function isVisible(name: string): boolean {
  return !name.startsWith('.') && !/^readme/i.test(name) && !IGNORED_FOLDERS.includes(name);
}

function nothingIn(root: string): string {
  const expected = `; ${EXPECTED_IN_FOLDER}; or folders that hold one, such as NAME/model.onnx or NAME/1/model.onnx`;
  return `${root}: no model here${nearMiss(readFolder(root)) ?? expected}.`;
}

/** A part that has faults of its own is not called missing: one fault for that is enough. */
function withPipelineFaults({ models, faults }: Survey): Survey {
  const plans = models.flatMap((model) => model.plans);
  const faulty = new Set(models.filter((one) => one.faults.length > 0).map(({ name }) => name));
  const found = pipelineFaults(plans, faulty);
  const told = models.map((model): SurveyedModel => {
    const own = found.get(model.name) ?? [];
    const settingsFile = join(model.path, SETTINGS_FILE);
    const more = own.map((fault) => `${settingsFile}: ${fault}`);
    return more.length === 0 ? model : { ...model, faults: [...model.faults, ...more] };
  });
  return { models: told, faults };
}
