/** The app of a worker over models of a PATH, to be injected. */
import type { FastifyInstance } from 'fastify';
import { loadModel } from '../../src/model/load-model.js';
import type { Model } from '../../src/model/model.js';
import { findModels } from '../../src/model/repository/repository.js';
import { buildApp } from '../../src/worker/app.js';
import { warmUp } from '../../src/worker/life/warm-up.js';
import type { BeginRoutes } from '../../src/worker/own-routes/own-routes.js';

export type LogLine = { readonly level: string; readonly facts: object; readonly message: string };

export type ModelApp = {
  readonly app: FastifyInstance;
  readonly lines: LogLine[];
  /** Posts a JSON value, or a text as it is. */
  post(url: string, body: unknown): Promise<Answer>;
};

export type Answer = {
  readonly status: number;
  readonly type: unknown;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  // A test knows the form of the answer it asked for.
  // biome-ignore lint/suspicious/noExplicitAny: narrowed by the assertion that reads it
  readonly json: any;
};

export const REQUEST_ID = 'test-1';

export async function modelApp(
  paths: readonly string[],
  defaultModel?: string,
  beginRoutes?: BeginRoutes,
): Promise<ModelApp> {
  const lines: LogLine[] = [];
  const write =
    (level: string) =>
    (facts: object, message = ''): void => {
      lines.push({ level, facts, message });
    };
  const log = {
    info: write('info'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
  const models: Model[] = [];
  for (const plan of paths.flatMap((path) => findModels(path))) {
    for (const model of await loadModel(plan, { threads: 1, logger: log, loaded: models })) {
      await warmUp(model, log);
      models.push(model);
    }
  }
  const told = beginRoutes === undefined ? {} : { beginRoutes };
  const app = buildApp({ models, defaultModel, log, maxBodyBytes: 2 ** 25, ...told });
  const headers = { 'content-type': 'application/json' };
  const post = (url: string, body: unknown): Promise<Answer> =>
    ask(app, { method: 'POST', url, headers, body: asText(body) });
  return { app, lines, post };
}

export type Question = {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
};

export async function ask(app: FastifyInstance, question: Question): Promise<Answer> {
  const { method, url, headers, body } = question;
  const reply = await app.inject({
    method: method as 'POST',
    url,
    headers: { 'x-request-id': REQUEST_ID, ...headers },
    ...(body === undefined ? {} : { payload: body }),
  });
  const isJson = /^application\/json\b/.test(String(reply.headers['content-type']));
  return {
    status: reply.statusCode,
    type: reply.headers['content-type'],
    headers: reply.headers,
    text: reply.body,
    json: isJson && reply.body !== '' ? JSON.parse(reply.body) : undefined,
  };
}

function asText(body: unknown): string | Buffer {
  return typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
}
