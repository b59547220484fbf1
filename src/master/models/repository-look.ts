/** One look at the repository: what it holds, and what its folders look like to tell a later change. */
import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fingerprint } from '../../model/repository/fingerprint.js';
import { type Survey, surveyRepository } from '../../model/repository/repository.js';

/** Absolute path of an entry of the repository → what it looks like. */
export type Appearance = ReadonlyMap<string, string>;

export type RepositoryLook = {
  readonly appearance: Appearance;
  readonly survey: Survey;
  /** Model name → what its folder looks like. */
  readonly fingerprints: ReadonlyMap<string, string>;
};

/**
 * The fingerprints come first: what changes between the two is seen as a change at the next look,
 * and never taken for what was surveyed.
 */
export async function lookAtRepository(path: string): Promise<RepositoryLook> {
  const root = resolve(path);
  const appearance = await appearanceOf(root);
  const survey = surveyRepository(path);
  const fingerprints = new Map<string, string>();
  for (const model of survey.models) {
    // A folder that is itself the model looks like all that is in it.
    const own = model.path === root ? digest([...appearance].flat().join('\n')) : undefined;
    fingerprints.set(model.name, own ?? appearance.get(model.path) ?? '');
  }
  return { appearance, survey, fingerprints };
}

/** What each entry below a folder looks like, or a file itself. Nothing is read but names and dates. */
export async function appearanceOf(root: string): Promise<Appearance> {
  const appearance = new Map<string, string>();
  for (const path of await entriesOf(root)) {
    appearance.set(path, digest(await fingerprint(path, root)));
  }
  return appearance;
}

async function entriesOf(root: string): Promise<string[]> {
  try {
    const names = await readdir(root);
    return names
      .filter(isVisible)
      .sort()
      .map((name) => join(root, name));
  } catch {
    return [root]; // a file, or nothing
  }
}

/** Editors and copying tools write hidden files first. */
function isVisible(name: string): boolean {
  return !basename(name).startsWith('.') && name !== 'node_modules';
}

/** Of a folder with many files the text is long, and only compared. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64url');
}
