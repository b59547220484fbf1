import { RequestError } from '../../errors.js';
import type { Model } from '../../model/model.js';
import { defaultModelOf, NO_DEFAULT } from '../../model/repository/default-model.js';

/** Which version of a model a path names; neither: the latest. */
export type VersionChoice = { readonly version?: string; readonly label?: string };

/** `root` NAME[/versions/V | /labels/L] `verb`. */
export type PathForm = {
  readonly root: string;
  readonly verb: string;
  readonly hasLabels: boolean;
};

/** Names come from clients: a message shows only so much of one. */
const LONGEST_NAME = 128;

/** The models of a worker, found by what a path says. */
export class ModelTable {
  readonly models: readonly Model[];
  /** What answers `POST /predict`, or why nothing does. */
  readonly standard: Model | RequestError;

  constructor(models: readonly Model[], defaultModel: string | undefined) {
    this.models = models;
    this.standard = defaultModelOf(models, defaultModel) ?? this.#noDefault(defaultModel);
  }

  /** The model, or a MODEL_NOT_FOUND or VERSION_NOT_FOUND that names what is there. */
  find(name: string, choice: VersionChoice): Model | RequestError {
    const versions = this.models.filter((model) => model.name === name);
    const [only] = versions;
    if (only === undefined) return this.#noModel(name);
    const { version, label } = choice;
    if (version !== undefined) {
      const named = versions.find((model) => model.version === version);
      return named ?? noVersion(`version ${shown(version)}`, versions, ofVersion);
    }
    if (label !== undefined) {
      const labelled = versions.find((model) => model.labels.includes(label));
      return labelled ?? noVersion(`label ${shown(label)}`, versions, ofLabels);
    }
    return versions.find((model) => model.isLatest) ?? only;
  }

  /**
   * The paths that name a model, as clients spell them: looked up at every request, where reading
   * the path by its pattern would cost a microsecond.
   */
  byPath({ root, verb, hasLabels }: PathForm): ReadonlyMap<string, Model> {
    const paths = new Map<string, Model>();
    for (const model of this.models) {
      const { name, version, isLatest, labels } = model;
      if (isLatest) paths.set(root + name + verb, model);
      paths.set(`${root}${name}/versions/${version}${verb}`, model);
      if (!hasLabels) continue;
      for (const label of labels) paths.set(`${root}${name}/labels/${label}${verb}`, model);
    }
    return paths;
  }

  #noDefault(name: string | undefined): RequestError {
    const why =
      name === undefined || name === NO_DEFAULT
        ? 'there is no default model'
        : `the default model "${name}" is not here`;
    const message = `${why}; expected POST /v1/models/NAME:predict with NAME one of: ${this.#names()}`;
    return new RequestError('MODEL_NOT_FOUND', message);
  }

  #noModel(name: string): RequestError {
    const message = `there is no model ${shown(name)}; expected one of: ${this.#names()}`;
    return new RequestError('MODEL_NOT_FOUND', message);
  }

  #names(): string {
    return [...new Set(this.models.map((model) => model.name))].join(', ');
  }
}

function noVersion(
  missing: string,
  versions: readonly Model[],
  names: (model: Model) => readonly string[],
): RequestError {
  const known = versions.flatMap(names);
  const expected = known.length === 0 ? 'it has none' : `expected one of: ${known.join(', ')}`;
  const model = JSON.stringify(versions[0]?.name);
  return new RequestError('VERSION_NOT_FOUND', `model ${model} has no ${missing}; ${expected}`);
}

function ofVersion({ version }: Model): readonly string[] {
  return [version];
}

function ofLabels({ labels }: Model): readonly string[] {
  return labels;
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, LONGEST_NAME));
}
