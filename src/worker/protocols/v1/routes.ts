/** `POST /predict`, and `POST /v1/models/NAME[/versions/V | /labels/L]:predict`. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RequestError } from '../../../errors.js';
import type { Model } from '../../../model/model.js';
import { Inference, type InferenceRoute } from '../../inference.js';
import type { ModelTable } from '../../model-table.js';
import { allowOnly, notFound } from '../../not-found.js';
import type { WorkerLog } from '../../worker-log.js';
import { v1 } from './exchange.js';

const VERB = ':predict';
const TARGET =
  /^(?<name>[^/:]+)(?:\/versions\/(?<version>[^/:]+)|\/labels\/(?<label>[^/:]+))?(?<verb>:[^/:]*)?$/;

export function addV1Routes(app: FastifyInstance, models: ModelTable, log: WorkerLog): void {
  const standard: InferenceRoute = { label: '/predict', protocol: v1, log };
  app.post('/predict', (request, reply) => {
    new Inference(standard, request, reply).start(models.standard);
  });
  const known = knownTargets(models);
  const named: InferenceRoute = { label: '/v1/models/:name:predict', protocol: v1, log };
  // Matched as a whole and split here: a router's patterns know no literal colon after a name.
  app.post<{ Params: { '*': string } }>('/v1/models/*', (request, reply) => {
    const target = request.params['*'];
    const model = known.get(target) ?? findTarget(target, models, request);
    new Inference(named, request, reply).start(model);
  });
}

/** All that can be asked for, as clients spell it: looked up, where a pattern would cost a tenth of the worker's time. */
function knownTargets({ models }: ModelTable): Map<string, Model> {
  const known = new Map<string, Model>();
  for (const model of models) {
    const { name, version, isLatest, labels } = model;
    if (isLatest) known.set(name + VERB, model);
    known.set(`${name}/versions/${version}${VERB}`, model);
    for (const label of labels) known.set(`${name}/labels/${label}${VERB}`, model);
  }
  return known;
}

function findTarget(
  target: string,
  models: ModelTable,
  request: FastifyRequest,
): Model | RequestError {
  const { name, verb, ...choice } = TARGET.exec(target)?.groups ?? {};
  if (name === undefined) return notFound(request);
  if (verb === undefined) return allowOnly('GET, HEAD', request);
  return verb === VERB ? models.find(name, choice) : notFound(request);
}
