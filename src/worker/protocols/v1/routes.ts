/** `POST /predict`, and `POST /v1/models/NAME[/versions/V | /labels/L]:predict`. */
import type { FastifyInstance } from 'fastify';
import type { RequestError } from '../../../errors.js';
import { NO_FACTS } from '../../../link/frames/reply-facts.js';
import { pathOf } from '../../../link/frames/request-target.js';
import type { Model } from '../../../model/model.js';
import { readV1Path } from '../../../model/paths/v1-path.js';
import { sendError } from '../../error-handler.js';
import { FastifyCall } from '../../inference/fastify-call.js';
import {
  Inference,
  type InferenceOptions,
  type InferenceRoute,
} from '../../inference/inference.js';
import type { ModelTable } from '../../inference/model-table.js';
import type { ShortWay } from '../../inference/short-way.js';
import { notAnswered } from '../../not-found.js';
import { v1 } from './exchange.js';

const VERB = ':predict';

export function addV1Routes(
  app: FastifyInstance,
  shortWay: ShortWay,
  models: ModelTable,
  options: InferenceOptions,
): void {
  const standard: InferenceRoute = { label: '/predict', protocol: v1, ...options };
  shortWay.add('/predict', standard, models.standard);
  app.post('/predict', (request, reply) => {
    new Inference(standard, new FastifyCall(request, reply)).start(models.standard);
  });
  const known = models.byPath({ root: '/v1/models/', verb: VERB, hasLabels: true });
  const named: InferenceRoute = { label: '/v1/models/:name:predict', protocol: v1, ...options };
  for (const [path, model] of known) shortWay.add(path, named, model);
  // Matched as a whole and read here: a router's patterns know no literal colon after a name.
  app.post('/v1/models/*', (request, reply) => {
    const path = pathOf(request.url);
    const model = known.get(path) ?? findModel(path, models);
    if (model === undefined) return sendError(reply, notAnswered(request), NO_FACTS);
    new Inference(named, new FastifyCall(request, reply)).start(model);
  });
}

/** Undefined: the path asks for no prediction. */
function findModel(path: string, models: ModelTable): Model | RequestError | undefined {
  const target = readV1Path(path);
  return target?.verb === VERB ? models.find(target.name, target) : undefined;
}
