import type { Settings } from '../../config/settings.js';
import { RequestError } from '../../errors.js';
import { readModelPath } from '../../model/paths/model-path.js';
import type { Catalog } from '../models/catalog.js';
import type { RepositoryControl } from '../models/repository-control.js';
import { repositoryIndex } from '../models/repository-index.js';
import type { ReloadReport } from '../reload/reload.js';
import { controlRefusal, type Port, webPageRefusal } from './control-access.js';
import { type Body, flagOf, parametersOf, readBody } from './control-body.js';
import { answerLogLevel, type LiveLogLevel, LOG_LEVEL_PATH } from './log-level.js';
import {
  answerWorkerVerb,
  WORKER_VERBS,
  type WorkerVerb,
  type WorkerVerbsParts,
} from './worker-verbs.js';

/** A body says which parameters, no more. */
export const MOST_CONTROL_BYTES = 65_536;

/** A path by which an operator changes what is served, or asks what there is. */
export type ControlRoute = {
  readonly verb: 'index' | 'load' | 'unload' | 'reload' | 'logLevel' | WorkerVerb;
  /** Of load and unload. */
  readonly name: string;
  /** Its label in logs and metrics. */
  readonly label: string;
};

export type ControlRequest = {
  readonly port: Port;
  readonly method: string;
  /** In lower case. */
  readonly headerNames: ReadonlySet<string>;
  /** At most `MOST_CONTROL_BYTES`. */
  readonly body: Buffer;
};

const MODEL_VERB = /^\/v2\/repository\/models\/(?<name>[^/]+)(?<verb>\/(?:load|unload))$/;

/** Undefined: the path is no such one, at this port. */
export function controlRoute(path: string, port: Port): ControlRoute | undefined {
  if (port === 'admin' && path === '/reload') return { verb: 'reload', name: '', label: path };
  const workerVerb = port === 'admin' ? workerVerbAt(path) : undefined;
  if (workerVerb !== undefined) return { verb: workerVerb, name: '', label: path };
  if (port === 'admin' && path === LOG_LEVEL_PATH)
    return { verb: 'logLevel', name: '', label: path };
  if (!path.startsWith('/v2/repository/')) return undefined;
  if (path === '/v2/repository/index') return { verb: 'index', name: '', label: path };
  const model = readModelPath(path, MODEL_VERB);
  if (model === undefined) return undefined;
  const verb = model.verb === '/load' ? 'load' : 'unload';
  return { verb, name: model.name, label: `/v2/repository/models/:name/${verb}` };
}

function workerVerbAt(path: string): WorkerVerb | undefined {
  return Object.hasOwn(WORKER_VERBS, path)
    ? WORKER_VERBS[path as keyof typeof WORKER_VERBS]
    : undefined;
}

export type ControlRoutesParts = WorkerVerbsParts & {
  readonly settings: Pick<Settings, 'modelControl' | 'bind'>;
  readonly catalog: Pick<Catalog, 'models' | 'unreadable'>;
  readonly control: Pick<RepositoryControl, 'load' | 'unload'>;
  readonly logLevel: LiveLogLevel;
  reload(): Promise<ReloadReport>;
};

/**
 * The repository extension of the Open Inference Protocol, and `/reload` of ours.
 *
 * @returns the body, when the verb is done; '' where there is nothing to say
 * @throws RequestError
 */
export async function answerControl(
  { verb, name }: ControlRoute,
  request: ControlRequest,
  parts: ControlRoutesParts,
): Promise<string> {
  if (verb === 'logLevel') return answerLogLevel(request, parts.logLevel);
  if (request.method !== 'POST') throw methodNotAllowed(request.method);
  const { settings, catalog, control, reload } = parts;
  const refusal = controlRefusal(request.port, settings, request.headerNames);
  const body = readBody(request.body);
  if (verb === 'index') {
    const isReady = flagOf(body, 'ready', 'ready');
    return JSON.stringify(repositoryIndex(catalog, isReady));
  }
  if (isWorkerVerb(verb)) {
    const pageRefusal = webPageRefusal(request.headerNames);
    if (pageRefusal !== undefined) throw pageRefusal;
    await answerWorkerVerb(verb, body, parts);
    return '';
  }
  if (refusal !== undefined) throw refusal;
  const parameters = parametersOf(body);
  if (verb === 'load') {
    checkLoad(parameters);
    await control.load(name);
  } else if (verb === 'unload') {
    const where = 'parameters.unload_dependents';
    const withPipelines = flagOf(parameters, 'unload_dependents', where) ?? false;
    await control.unload(name, withPipelines);
  } else return JSON.stringify(await reload());
  return '';
}

function isWorkerVerb(verb: ControlRoute['verb']): verb is WorkerVerb {
  return Object.values<string>(WORKER_VERBS).includes(verb);
}

/** A model is what lies in the repository: nobody sends one. */
function checkLoad(parameters: Body): void {
  const sent = Object.keys(parameters).find((key) => key === 'config' || key.startsWith('file:'));
  if (sent === undefined) return;
  const text = `parameters.${sent.slice(0, 40)}: is not supported; expected the model and its forkcast.json in the repository`;
  throw new RequestError('INVALID_INPUT', text);
}

function methodNotAllowed(method: string): RequestError {
  const text = `${method} is not allowed here; expected POST`;
  return new RequestError('METHOD_NOT_ALLOWED', text, { headers: { allow: 'POST' } });
}
