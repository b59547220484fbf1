/** `GET /openapi.json`: the prediction routes, described from the models' signatures. */
import type { ServedModel } from '../../model/description.js';
import type { Signature, TensorSpec } from '../../model/tensor/signature.js';
import { exampleOf, type JsonSchema, rowOf, tensorSchema } from './json-schema.js';

/**
 * The description of what is served now; models that are not ready are left out.
 *
 * @param rootPath under which a proxy serves it
 */
export function openApi(
  serverVersion: string,
  models: readonly ServedModel[],
  rootPath?: string,
): unknown {
  const ready = models.filter((model) => model.state === 'READY' && takesPredictions(model));
  const standard = ready.find(({ isDefault }) => isDefault);
  return {
    openapi: '3.1.0',
    info: { title: 'Forkcast', version: serverVersion, description: 'Predictions over HTTP.' },
    ...(rootPath !== undefined && { servers: [{ url: rootPath.replace(/\/+$/, '') || '/' }] }),
    paths: {
      ...(standard === undefined ? {} : { '/predict': predictPath(standard, 'predict') }),
      ...Object.fromEntries(ready.map((model) => [predictUrl(model), predictPath(model)])),
      '/v1/models': readPath('listModels', 'All models'),
      '/livez': readPath('live', 'Whether the server answers'),
      '/readyz': readPath('ready', 'Whether a worker is ready'),
    },
    components: { schemas: { Error: ERROR }, responses: { Error: ERROR_RESPONSE } },
  };
}

/** By its name alone; the routes that a module brings along are for it to describe. */
export function takesPredictions({ isLatest, routes }: ServedModel): boolean {
  return isLatest && routes?.isAlone !== true;
}

/** The path that predicts with a model's latest version. */
export function predictUrl({ name }: ServedModel): string {
  return `/v1/models/${name}:predict`;
}

/** A body to send to a model: its own example, else zeros; undefined when neither is known. */
export function exampleBody({ example, signature }: ServedModel): unknown {
  if (example !== undefined) return example;
  if (signature === undefined) return undefined;
  const inputs = signature.inputs.filter(({ isOptional }) => isOptional !== true);
  if (inputs.some(({ shape }) => shape.length === 0)) {
    return { inputs: Object.fromEntries(inputs.map((spec) => [spec.name, exampleOf(spec)])) };
  }
  const [only, second] = inputs;
  if (only !== undefined && second === undefined) return { instances: [exampleOf(rowOf(only))] };
  const row = Object.fromEntries(inputs.map((spec) => [spec.name, exampleOf(rowOf(spec))]));
  return { instances: [row] };
}

const ERROR: JsonSchema = {
  type: 'object',
  required: ['error', 'code', 'requestId'],
  properties: {
    error: { type: 'string', description: 'What is wrong and what was expected' },
    code: { type: 'string', examples: ['INVALID_INPUT'] },
    requestId: { type: 'string' },
  },
};

const ERROR_RESPONSE = {
  description: 'The request failed',
  content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
};

function predictPath(model: ServedModel, id = `predict-${model.name}`): unknown {
  const { name, version, runtime, signature } = model;
  const example = exampleBody(model);
  return {
    post: {
      operationId: id,
      summary: `Predict with ${name}`,
      description: `Version ${version}, ${runtime}.`,
      requestBody: json(requestSchema(signature), example === undefined ? {} : { example }),
      responses: {
        200: { description: 'The predictions', ...json(replySchema(signature)) },
        default: { $ref: '#/components/responses/Error' },
      },
    },
  };
}

function json(schema: JsonSchema, more: object = {}): { required?: boolean; content: object } {
  return { content: { 'application/json': { schema, ...more } } };
}

function requestSchema(signature: Signature | undefined): JsonSchema {
  if (signature === undefined) return ofKey('instances', { type: 'array', items: {} });
  const { inputs } = signature;
  const columns = ofKey('inputs', columnsSchema(inputs));
  if (inputs.some(({ shape }) => shape.length === 0)) return columns;
  return { oneOf: [ofKey('instances', { type: 'array', items: rowSchema(inputs) }), columns] };
}

function replySchema(signature: Signature | undefined): JsonSchema {
  if (signature === undefined) return ofKey('predictions', { type: 'array', items: {} });
  const { outputs } = signature;
  const rows = ofKey('predictions', { type: 'array', items: rowSchema(outputs) });
  return { oneOf: [rows, ofKey('outputs', columnsSchema(outputs))] };
}

function ofKey(key: string, schema: JsonSchema): JsonSchema {
  return { type: 'object', required: [key], properties: { [key]: schema } };
}

/** One input stands for itself; several go by name. */
function rowSchema(specs: readonly TensorSpec[]): JsonSchema {
  return byName(specs, (spec) => tensorSchema(rowOf(spec)));
}

function columnsSchema(specs: readonly TensorSpec[]): JsonSchema {
  return byName(specs, tensorSchema);
}

function byName(
  specs: readonly TensorSpec[],
  toSchema: (spec: TensorSpec) => JsonSchema,
): JsonSchema {
  const [only, second] = specs;
  const named = {
    type: 'object',
    required: specs.filter(({ isOptional }) => isOptional !== true).map(({ name }) => name),
    properties: Object.fromEntries(specs.map((spec) => [spec.name, toSchema(spec)])),
  };
  if (only === undefined || second !== undefined) return named;
  return { anyOf: [toSchema(only), named] };
}

function readPath(operationId: string, summary: string): unknown {
  const responses = { 200: { description: 'OK', ...json({ type: 'object' }) } };
  return { get: { operationId, summary, responses } };
}
