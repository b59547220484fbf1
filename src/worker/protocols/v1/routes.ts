/** `POST /predict`, and `POST /v1/models/NAME[/versions/V | /labels/L]:predict`. */
import type { FastifyInstance } from 'fastify';
import type { RequestError } from '../../../errors.js';
import { NO_FACTS } from '../../../link/frames/reply-facts.js';
import type { Model } from '../../../model/model.js';
import { readV1Path } from '../../../model/paths/v1-path.js';
import { sendError } from '../../error-handler.js';
import {
  Inference,
  type InferenceOptions,
  type InferenceRoute,
} from '../../inference/inference.js';
import type { ModelTable } from '../../inference/model-table.js';
import { notAnswered, pathOf } from '../../not-found.js';
import { v1 } from './exchange.js';

const VERB = ':predict';

export function addV1Routes(
  app: FastifyInstance,
  models: ModelTable,
  options: InferenceOptions,
): void {
  const standard: InferenceRoute = { label: '/predict', protocol: v1, ...options };
  app.post('/predict', (request, reply) => {
    new Inference(standard, request, reply).start(models.standard);
  });
  const known = models.byPath({ root: '/v1/models/', verb: VERB, hasLabels: true });
  const named: InferenceRoute = { label: '/v1/models/:name:predict', protocol: v1, ...options };
  // Matched as a whole and read here: a router's patterns know no literal colon after a name.
  app.post('/v1/models/*', (request, reply) => {
    const path = pathOf(request);
    const model = known.get(path) ?? findModel(path, models);
    if (model === undefined) return sendError(reply, notAnswered(request), NO_FACTS);
    new Inference(named, request, reply).start(model);
  });
}

/** Undefined: the path asks for no prediction. */
function findModel(path: string, models: ModelTable): Model | RequestError | undefined {
  const target = readV1Path(path);
  return target?.verb === VERB ? models.find(target.name, target) : undefined;
}
