import { RequestError } from '../errors.js';
import type { ServedModel } from '../model/description.js';
import type { ModelPath } from '../model/paths/model-path.js';
import { readV1Path } from '../model/paths/v1-path.js';
import { readV2Path } from '../model/paths/v2-path.js';
import { VERSION } from '../version.js';
import type { ClientRequest } from './client-request.js';
import type { Answers } from './front/answers.js';
import { docsPage, PAGE_POLICY } from './metadata/docs-page.js';
import { modelConfiguration } from './metadata/model-configuration.js';
import { openApi } from './metadata/openapi.js';
import type { ModelStatistics } from './metadata/statistics.js';
import { modelList, modelStatus, modelMetadata as v1Metadata } from './metadata/v1.js';
import { modelReadiness, serverMetadata, modelMetadata as v2Metadata } from './metadata/v2.js';
import { isKnown, meantBy, versionsMeantBy } from './metadata/versions.js';
import { UNLOADED } from './models/catalog.js';

/** Answers what the master knows by itself. False: the request is for a worker. */
export function answerLocally(
  request: ClientRequest,
  knowledge: Knowledge,
  answers: Answers,
): boolean {
  const route = localRoute(request.path);
  if (route === undefined) return false;
  request.route = route.label;
  try {
    checkReadMethod(request.method, request.path);
    if (route.model !== undefined && isKnown(knowledge.models(), route.model)) {
      request.model = route.model;
    }
    const { status, text, contentType, headers } = route.answer(knowledge);
    answers.text(request, status, contentType ?? JSON_TYPE, text, headers);
  } catch (error) {
    answers.error(request, error as RequestError);
  }
  return true;
}

/** What the master knows without asking a worker. */
export type Knowledge = {
  /** At least one worker is ready, and the server does not drain. */
  isReady(): boolean;
  readyWorkers(): number;
  wantedWorkers(): number;
  /** As planned until the first worker is ready: without signatures. */
  models(): readonly ServedModel[];
  readonly statistics: Pick<ModelStatistics, 'of'>;
  /** Under which a proxy serves us. */
  rootPath?(): string | undefined;
};

export type LocalAnswer = {
  readonly status: number;
  readonly text: string;
  /** JSON unless told. */
  readonly contentType?: string;
  /** Flat list of names and values. */
  readonly headers?: readonly string[];
};

/** One route that the master answers itself. */
export type LocalRoute = {
  /** Its label in logs and metrics. */
  readonly label: string;
  /** The name in the path, which need not be a model's. */
  readonly model?: string;
  /** @throws RequestError */
  readonly answer: (knowledge: Knowledge) => LocalAnswer;
};

const JSON_TYPE = 'application/json';

/** Paths without a model in them. */
const PLAIN_ROUTES: Readonly<Record<string, LocalRoute['answer']>> = {
  // What KServe's client asks to learn whether a server is there.
  '/': () => json({ status: 'alive' }),
  '/livez': liveness,
  '/readyz': readiness,
  '/docs': ({ models }) => ({
    status: 200,
    text: docsPage(VERSION, models()),
    contentType: 'text/html; charset=utf-8',
    headers: ['content-security-policy', PAGE_POLICY],
  }),
  '/openapi.json': ({ models, rootPath }) => json(openApi(VERSION, models(), rootPath?.())),
  '/v1/models': ({ models }) => json(modelList(models())),
  '/v2': () => json(serverMetadata(VERSION)),
  '/v2/health/live': liveness,
  '/v2/health/ready': readiness,
  '/v2/models': ({ models }) => json({ models: readyNames(models()) }),
  '/v2/models/stats': ({ models, statistics }) => json(statisticsOf(models(), statistics)),
};

type ModelAnswer = (knowledge: Knowledge, path: ModelPath) => LocalAnswer;

/** What follows the model, and its version or label, in a path of the v1 protocol. */
const V1_ROUTES: Readonly<Record<string, ModelAnswer>> = {
  '': ({ models }, path) => json(modelStatus(versionsMeantBy(models(), path))),
  '/metadata': ({ models }, path) => json(v1Metadata(loaded(meantBy(models(), path)))),
};

/** The same for the Open Inference Protocol. */
const V2_ROUTES: Readonly<Record<string, ModelAnswer>> = {
  '': ({ models }, path) => {
    const all = models();
    const meant = loaded(meantBy(all, path));
    return json(v2Metadata(meant, versionsMeantBy(all, { name: path.name, verb: '' })));
  },
  '/config': ({ models }, path) => json(modelConfiguration(loaded(meantBy(models(), path)))),
  '/ready': ({ models }, path) => {
    const meant = meantBy(models(), path);
    return { ...json(modelReadiness(meant)), status: meant.state === 'READY' ? 200 : 503 };
  },
  '/stats': ({ models, statistics }, path) =>
    json(statisticsOf(versionsMeantBy(models(), path), statistics)),
};

/**
 * Health and metadata are answered at once, never queued, so that they answer
 * even while every worker computes. Undefined: the path is for a worker.
 */
export function localRoute(path: string): LocalRoute | undefined {
  if (path === '/predict' || workersPaths.has(path)) return undefined;
  const name = path === '/v2/' ? '/v2' : path;
  const answer = Object.hasOwn(PLAIN_ROUTES, name) ? PLAIN_ROUTES[name] : undefined;
  if (answer !== undefined) return { label: name, answer };
  const route = ofModel(path);
  if (route === undefined) remember(path);
  return route;
}

function ofModel(path: string): LocalRoute | undefined {
  const v1 = readV1Path(path);
  if (v1 !== undefined) return modelRoute('/v1/models/:name', v1, V1_ROUTES);
  const v2 = readV2Path(path);
  return v2 === undefined ? undefined : modelRoute('/v2/models/:name', v2, V2_ROUTES);
}

/** Paths that were looked at and are for a worker: a path says so for good, whatever models there are. */
const workersPaths = new Set<string>();
/** Clients can invent some, so all begins anew at this many, and long ones are looked at each time. */
const MOST_PATHS = 1024;
const LONGEST_PATH = 512;

function remember(path: string): void {
  if (path.length > LONGEST_PATH) return;
  if (workersPaths.size >= MOST_PATHS) workersPaths.clear();
  workersPaths.add(path);
}

function modelRoute(
  label: string,
  path: ModelPath,
  routes: Readonly<Record<string, ModelAnswer>>,
): LocalRoute | undefined {
  const answer = Object.hasOwn(routes, path.verb) ? routes[path.verb] : undefined;
  if (answer === undefined) return undefined;
  return {
    label: label + path.verb,
    model: path.name,
    answer: (knowledge) => answer(knowledge, path),
  };
}

/** @throws RequestError METHOD_NOT_ALLOWED for anything but GET and HEAD */
export function checkReadMethod(method: string, path: string): void {
  if (method === 'GET' || method === 'HEAD') return;
  const text = `${method} is not allowed for ${JSON.stringify(path)}; expected GET, HEAD`;
  throw new RequestError('METHOD_NOT_ALLOWED', text, { headers: { allow: 'GET, HEAD' } });
}

export function liveness(): LocalAnswer {
  return { status: 200, text: '{"live":true}' };
}

export function readiness(knowledge: Knowledge): LocalAnswer {
  const isReady = knowledge.isReady();
  const workers = { ready: knowledge.readyWorkers(), wanted: knowledge.wantedWorkers() };
  return { status: isReady ? 200 : 503, text: JSON.stringify({ ready: isReady, workers }) };
}

/** Its signature is known only when a worker has loaded it, and means nothing when none will. */
function loaded(model: ServedModel): ServedModel {
  const { name, version, state, reason, signature } = model;
  const told = `model "${name}", version ${version},`;
  if (state === 'UNAVAILABLE' && reason === UNLOADED) {
    throw new RequestError('MODEL_NOT_FOUND', `${told} is unloaded; expected one that is served`);
  }
  if (state === 'UNAVAILABLE') {
    throw new RequestError('MODEL_NOT_READY', `${told} is not served: ${reason}`);
  }
  if (state !== 'READY' && signature === undefined) {
    throw new RequestError('MODEL_NOT_READY', `${told} is being loaded`);
  }
  return model;
}

function readyNames(models: readonly ServedModel[]): string[] {
  return [...new Set(models.filter(({ state }) => state === 'READY').map(({ name }) => name))];
}

function statisticsOf(
  models: readonly ServedModel[],
  statistics: Pick<ModelStatistics, 'of'>,
): unknown {
  const counted = models.filter(({ state }) => state !== 'UNAVAILABLE');
  return { model_stats: counted.map(({ name, version }) => statistics.of(name, version)) };
}

function json(value: unknown): LocalAnswer {
  return { status: 200, text: JSON.stringify(value) };
}
