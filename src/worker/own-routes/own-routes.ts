/** Mounts the routes that modules bring along, each in a scope of its own. */
import type { FastifyBaseLogger, FastifyInstance, FastifyRequest } from 'fastify';
import { EXIT, StartError } from '../../errors.js';
import {
  NO_FACTS,
  noteFacts,
  noteRunMicros,
  type ReplyFacts,
} from '../../link/frames/reply-facts.js';
import { planOf } from '../../model/description.js';
import type { Model, OwnRoutes } from '../../model/model.js';
import { firstLine } from '../../model/model-error.js';
import { parseJsonBody } from '../body/json-body.js';
import type { WorkerLog } from '../worker-log.js';
import { ownModel } from './own-model.js';
import { ownErrorHandler } from './own-route-errors.js';
import type { RoutesOptions, RoutesPlugin } from './routes-plugin.js';

/** Called before the routes of a model are set up: should that fail or hang, it is the one. */
export type BeginRoutes = (model: Model) => void;

/** Of several versions of a module, the latest has the routes. */
export function mountOwnRoutes(
  app: FastifyInstance,
  models: readonly Model[],
  log: WorkerLog,
  begin: BeginRoutes = () => {},
): void {
  for (const model of models) {
    const { routes } = model;
    if (routes === undefined || !model.isLatest) continue;
    const mount = async (scope: FastifyInstance): Promise<void> => {
      begin(model);
      prepare(scope, model, log);
      const options = { models: modelsOf(model, models), logger: scope.log };
      try {
        await scope.register(inItsOwnScope(routes), options);
      } catch (error) {
        throw routesFault(model.name, error);
      }
    };
    app.register(mount, { prefix: routes.prefix });
  }
}

/**
 * What a plugin or its routes do wrong is the module's fault, like what it does wrong on loading.
 *
 * @throws StartError with exit code 11
 */
export async function readyWithRoutes(
  app: FastifyInstance,
  models: readonly Model[],
  begin: BeginRoutes = () => {},
): Promise<void> {
  try {
    await app.ready();
  } catch (error) {
    const suspects = models.filter(({ routes }) => routes !== undefined);
    if (error instanceof StartError || suspects.length === 0) throw error;
    // Schemas are compiled at the end, all of them; what is wrong with one names its path.
    const text = String(error);
    const culprit = suspects.find(({ routes }) => text.includes(`${routes?.prefix}/`));
    if (culprit !== undefined) begin(culprit);
    const names = (culprit === undefined ? suspects : [culprit]).map(({ name }) => name);
    throw routesFault(names.join('" or "'), error);
  }
}

function routesFault(names: string, cause: unknown): StartError {
  const reason = `routes of model "${names}" could not be set up: ${firstLine(cause)}`;
  return new StartError(EXIT.MODEL_LOAD_FAILED, reason, { cause });
}

/** Even a plugin that was made to leave its scope (by fastify-plugin) stays in the module's. */
function inItsOwnScope({ plugin }: OwnRoutes): RoutesPlugin {
  const call = plugin as unknown as RoutesPlugin;
  if (call.length > 2) {
    return (app, options, done) => {
      try {
        void call(app, options, done);
      } catch (error) {
        // Fastify itself would let it end the process.
        done(error as Error);
      }
    };
  }
  return async (app, options) => call(app, options, () => {});
}

/** What Fastify would do by itself, had our own routes no ways of their own. */
function prepare(scope: FastifyInstance, model: Model, log: WorkerLog): void {
  scope.removeAllContentTypeParsers();
  // Bounded and checked as for predictions: a body must not be able to kill the worker.
  scope.addContentTypeParser(
    'application/json',
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => parseJsonBody(body),
  );
  scope.addContentTypeParser(
    'text/plain',
    { parseAs: 'string' },
    async (_request: FastifyRequest, body: string) => body,
  );
  scope.setErrorHandler(ownErrorHandler(model.name, log));
  scope.addHook('onRequest', async (request, reply) => {
    noteFacts(reply.raw, factsOf(model, request));
  });
  scope.addHook('onSend', async (_request, reply, payload) => {
    noteRunMicros(reply.raw, reply.elapsedTime * 1000);
    return payload;
  });
  const own = childOf(log, { model: model.name });
  if (own === undefined) return;
  scope.log = own;
  scope.setChildLoggerFactory((_logger, bindings) => own.child(bindings));
}

/** The route's pattern, never the path: a client must not invent labels. */
function factsOf({ name, version }: Model, { routeOptions }: FastifyRequest): ReplyFacts {
  return { ...NO_FACTS, route: routeOptions.url ?? '', model: name, version };
}

function modelsOf({ name, version }: Model, all: readonly Model[]): RoutesOptions['models'] {
  const own = all.filter((model) => planOf(model) === name && model.version === version);
  return Object.fromEntries(own.map((model) => [model.name, ownModel(model)]));
}

function childOf(log: WorkerLog, bindings: object): FastifyBaseLogger | undefined {
  return 'child' in log && typeof log.child === 'function' ? log.child(bindings) : undefined;
}
