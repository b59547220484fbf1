/** `POST /v2/models/NAME[/versions/V]/infer`. */
import type { FastifyInstance } from 'fastify';
import type { RequestError } from '../../../errors.js';
import { NO_FACTS } from '../../../link/frames/reply-facts.js';
import { pathOf } from '../../../link/frames/request-target.js';
import type { Model } from '../../../model/model.js';
import { readV2Path } from '../../../model/paths/v2-path.js';
import { sendError } from '../../error-handler.js';
import { FastifyCall } from '../../inference/fastify-call.js';
import {
  Inference,
  type InferenceOptions,
  type InferenceRoute,
} from '../../inference/inference.js';
import type { ModelTable } from '../../inference/model-table.js';
import type { ShortWay } from '../../inference/short-way.js';
import { invalid } from '../../invalid-input.js';
import { shown } from '../../json-object.js';
import { notAnswered } from '../../not-found.js';
import { v2 } from './exchange.js';

const VERB = '/infer';
const VERSION = /^\d{1,19}$/;

export function addV2Routes(
  app: FastifyInstance,
  shortWay: ShortWay,
  models: ModelTable,
  options: InferenceOptions,
): void {
  const known = models.byPath({ root: '/v2/models/', verb: VERB, hasLabels: false });
  const route: InferenceRoute = { label: '/v2/models/:name/infer', protocol: v2, ...options };
  for (const [path, model] of known) shortWay.add(path, route, model);
  app.post('/v2/models/*', (request, reply) => {
    const path = pathOf(request.url);
    const model = known.get(path) ?? findModel(path, models);
    if (model === undefined) return sendError(reply, notAnswered(request), NO_FACTS);
    new Inference(route, new FastifyCall(request, reply)).start(model);
  });
}

/** Undefined: the path asks for no prediction. */
function findModel(path: string, models: ModelTable): Model | RequestError | undefined {
  const target = readV2Path(path);
  if (target?.verb !== VERB) return undefined;
  const { name, version } = target;
  if (version === undefined || VERSION.test(version)) return models.find(name, target);
  return invalid(`expected a version of digits, got ${shown(version)}`);
}
