import { RequestError } from '../errors.js';
import type { ModelDescription } from '../model/description.js';
import { modelList, modelStatus } from '../model/metadata.js';
import type { ClientRequest } from './client-request.js';
import type { Answers } from './front/answers.js';

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
    const { status, text } = route.answer(knowledge, route.name);
    answers.json(request, status, text);
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
  models(): readonly ModelDescription[];
};

export type LocalAnswer = { readonly status: number; readonly text: string };

/** One route that the master answers itself. */
export type LocalRoute = {
  /** Its label in logs and metrics. */
  readonly label: string;
  /** @throws RequestError */
  readonly answer: (knowledge: Knowledge, name: string) => LocalAnswer;
  readonly name: string;
};

const ONE_MODEL = /^\/v1\/models\/(?<name>[^/:]+)$/;

/**
 * Health and metadata are answered at once, never queued, so that they answer
 * even while every worker computes. Undefined: the path is for a worker.
 */
export function localRoute(path: string): LocalRoute | undefined {
  switch (path) {
    case '/livez':
      return { label: path, name: '', answer: liveness };
    case '/readyz':
      return { label: path, name: '', answer: readiness };
    case '/v1/models':
      return { label: path, name: '', answer: allModels };
  }
  const name = path.startsWith('/v1/models/') ? ONE_MODEL.exec(path)?.groups?.name : undefined;
  return name === undefined ? undefined : { label: '/v1/models/:name', name, answer: oneModel };
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

function allModels(knowledge: Knowledge): LocalAnswer {
  return json(modelList(knowledge.models(), () => knowledge.isReady()));
}

function oneModel(knowledge: Knowledge, name: string): LocalAnswer {
  const models = knowledge.models();
  const model = models.find((candidate) => candidate.name === name);
  if (model !== undefined) return json(modelStatus(model, knowledge.isReady()));
  const known = models.map((candidate) => candidate.name).join(', ');
  throw new RequestError(
    'MODEL_NOT_FOUND',
    `there is no model "${name}"; expected one of: ${known}`,
  );
}

function json(value: unknown): LocalAnswer {
  return { status: 200, text: JSON.stringify(value) };
}
