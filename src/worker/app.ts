/** The Fastify app of a worker: the same on a port, injected in a test, and behind the link. */
import { type FastifyInstance, type FastifyServerFactory, fastify, LogController } from 'fastify';
import type { WorkerSlices } from '../link/slices/worker-slices.js';
import type { Model } from '../model/model.js';
import { takeBodiesWhole } from './body/request-body.js';
import { errorHandler } from './error-handler.js';
import type { InferenceOptions } from './inference/inference.js';
import { ModelTable } from './inference/model-table.js';
import { ShortWay } from './inference/short-way.js';
import { addNotFound } from './not-found.js';
import { type BeginRoutes, mountOwnRoutes } from './own-routes/own-routes.js';
import { v1 } from './protocols/v1/exchange.js';
import { addV1Routes } from './protocols/v1/routes.js';
import { v2 } from './protocols/v2/exchange.js';
import { addV2Routes } from './protocols/v2/routes.js';
import { Slicer } from './slices/slicer.js';
import type { WorkerLog } from './worker-log.js';

export type AppOptions = {
  readonly models: readonly Model[];
  /** Answers `POST /predict`; without one, the only model does. */
  readonly defaultModel?: string | undefined;
  readonly log: WorkerLog;
  /** Of a body without its content encoding; the master has seen to what arrives. */
  readonly maxBodyBytes: number;
  /** The link's server; without one, Node's. */
  readonly serverFactory?: FastifyServerFactory;
  readonly beginRoutes?: BeginRoutes;
  readonly runWaits?: InferenceOptions['runWaits'];
  /** Where slices of large requests come and go. */
  readonly slices?: WorkerSlices;
};

/** The front has checked the length of the request line: no name can be longer than this. */
const LONGEST_NAME = 8190;

export function buildApp({
  models,
  defaultModel,
  log,
  maxBodyBytes,
  serverFactory,
  beginRoutes,
  runWaits,
  slices,
}: AppOptions): FastifyInstance {
  const shortWay = new ShortWay();
  const handleError = errorHandler(log);
  const app = fastify({
    // The master logs every request with what it alone knows: queue wait, slot, bytes.
    logger: false,
    requestIdHeader: 'x-request-id',
    logController: new LogController({
      disableRequestLogging: true,
      requestIdLogLabel: 'requestId',
    }),
    // A plugin of a module may take its time: the boot timeout is the one that counts.
    pluginTimeout: 0,
    // The master counts bytes before they come here.
    bodyLimit: Number.MAX_SAFE_INTEGER,
    routerOptions: { maxParamLength: LONGEST_NAME },
    frameworkErrors: handleError,
    ...(serverFactory === undefined ? {} : { serverFactory: shortWay.before(serverFactory) }),
  });
  app.setErrorHandler(handleError);
  takeBodiesWhole(app);
  addNotFound(app);
  const table = new ModelTable(models, defaultModel);
  const slicer = slices && new Slicer(slices, models, [v1, v2]);
  const options: InferenceOptions = { log, maxBodyBytes, runWaits, slicer };
  addV1Routes(app, shortWay, table, options);
  addV2Routes(app, shortWay, table, options);
  mountOwnRoutes(app, models, log, beginRoutes);
  return app;
}
