// Workers that do not all hold the same models, behind the master's own rooms.
import fastify, { type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { ServedModel } from '../../src/model/description.js';
import { served } from '../unit/master/served-model.js';
import { MasterFront, type StandInWorker } from './master-front.js';

/** Answers with its name, `held` only when it is let go. */
class NamedApp {
  readonly held: (() => void)[] = [];
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  readonly make = async (
    serverFactory: FastifyServerOptions['serverFactory'],
  ): Promise<FastifyInstance> => {
    const app = fastify({ ...(serverFactory && { serverFactory }) });
    app.post('/*', async (request) => {
      if (request.body === 'hold') await new Promise<void>((resolve) => this.held.push(resolve));
      return this.#name;
    });
    await app.ready();
    return app;
  };
}

let master: MasterFront;
let one: NamedApp;
let two: NamedApp;
let models: ServedModel[];
let workers: StandInWorker[];

const text = { 'content-type': 'text/plain' };

async function post(path: string, body = 'now'): Promise<string> {
  const url = `http://127.0.0.1:${master.port}${path}`;
  const response = await fetch(url, { method: 'POST', body, headers: text });
  const answer = await response.text();
  return response.ok ? answer : `${response.status} ${JSON.parse(answer).code}`;
}

beforeEach(async () => {
  master = new MasterFront();
  await master.listen();
  one = new NamedApp('one');
  two = new NamedApp('two');
  const rare = served('rare', { version: '3', labels: ['stable'] });
  models = [served('both', { isDefault: true }), rare];
  master.catalog = {
    get models() {
      return models;
    },
    versionsOf: (name) => models.filter((model) => model.name === name),
    isComing: (name) => models.some((model) => model.name === name && model.state === 'LOADING'),
  };
  master.targets.learn(models);
  workers = [
    await master.addWorker(one.make, models),
    await master.addWorker(two.make, models.slice(0, 1)),
  ];
});

afterEach(async () => {
  await expect.poll(() => master.isClean).toBe(true);
  await master.close();
});

test.each([
  '/v1/models/rare:predict',
  '/v1/models/rare/versions/3:predict',
  '/v1/models/rare/labels/stable:predict',
  '/v1/models/rare%3Apredict',
  '/v2/models/rare/infer',
  '/v2/models/rare/versions/3/infer',
  '/v2/models/rare/versions/4/infer',
])('%s goes to the holder of that model, again and again', async (path) => {
  for (let n = 0; n < 4; n += 1) expect(await post(path)).toBe('one');
});

test('what all hold goes to the one that holds less, while it is free', async () => {
  const first = post('/predict', 'hold');
  await expect.poll(() => two.held).toHaveLength(1);
  expect(await post('/v1/models/rare:predict')).toBe('one');
  expect(await post('/v1/models/both:predict')).toBe('one');
  two.held.pop()?.();
  expect(await first).toBe('two');
});

test('a busy holder is waited for, and others overtake', async () => {
  const first = post('/v1/models/rare:predict', 'hold');
  await expect.poll(() => one.held).toHaveLength(1);
  const second = post('/v1/models/rare:predict');
  await expect.poll(() => master.traffic.dispatcher.depth).toBe(1);
  expect(await post('/predict')).toBe('two');
  one.held.pop()?.();
  expect(await Promise.all([first, second])).toEqual(['one', 'one']);
});

test('who waits for a holder that is coming gets it', async () => {
  master.traffic.workerDraining(workers[0] as StandInWorker);
  models = [models[0] as ServedModel, { ...(models[1] as ServedModel), state: 'LOADING' }];
  const waiting = post('/v1/models/rare:predict');
  await expect.poll(() => master.traffic.dispatcher.depth).toBe(1);
  const three = new NamedApp('three');
  await master.addWorker(three.make, models);
  expect(await waiting).toBe('three');
});

test('who waits for a model that is unloaded meanwhile is told so', async () => {
  const first = post('/v1/models/rare:predict', 'hold');
  await expect.poll(() => one.held).toHaveLength(1);
  const second = post('/v1/models/rare:predict');
  await expect.poll(() => master.traffic.dispatcher.depth).toBe(1);
  models = models.slice(0, 1);
  master.traffic.workerDraining(workers[0] as StandInWorker);
  expect(await second).toBe('404 MODEL_NOT_FOUND');
  one.held.pop()?.();
  expect(await first).toBe('one');
});

test('a request that is refused in the queue is counted for its model', async () => {
  models = [];
  master.traffic.workerDraining(workers[0] as StandInWorker);
  expect(await post('/v1/models/rare:predict')).toBe('404 MODEL_NOT_FOUND');
  expect(master.entries.at(-1)).toMatchObject({ model: 'rare', code: 'MODEL_NOT_FOUND' });
});

test('a worker that holds few models tells no names: the master knows all', async () => {
  expect(await post('/v1/models/nobody:predict')).toBe('404 MODEL_NOT_FOUND');
  expect(master.entries.at(-1)).toMatchObject({ model: 'other', code: 'MODEL_NOT_FOUND' });
});
