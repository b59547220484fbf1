// Under which route and model the books have a request that no worker has replied to.
import { afterEach, expect, test } from 'vitest';
import { served } from '../unit/master/served-model.js';
import { MasterFront } from './master-front.js';
import { RawClient } from './raw-client.js';

let master: MasterFront;

afterEach(() => master.close());

function head(target: string, ...headers: string[]): string {
  return [`${target} HTTP/1.1`, 'Host: a', ...headers, '', ''].join('\r\n');
}

async function start(): Promise<void> {
  master = new MasterFront({ maxBody: 10 });
  const models = [served('mine', { isDefault: true }), served('two')];
  master.targets.learn(models);
  const versionsOf = (asked: string) => models.filter(({ name }) => name === asked);
  master.catalog = { models, versionsOf, isComing: () => true };
  await master.listen();
}

test.each([
  ['/predict', '/predict', 'mine'],
  ['/v1/models/two:predict', '/v1/models/:name:predict', 'two'],
  ['/v1/models/two/versions/1:predict?x=1', '/v1/models/:name:predict', 'two'],
  ['/v2/models/two/infer', '/v2/models/:name/infer', 'two'],
  ['/models/two/a-route-of-its-own', 'other', 'two'],
  ['/v1/models/two:classify', 'other', 'two'],
  ['/elsewhere', 'other', 'other'],
])('a client that left: POST %s', async (target, route, model) => {
  await start();
  const client = await RawClient.open(master.port, head(`POST ${target}`, 'Content-Length: 0'));
  await expect.poll(() => master.traffic.dispatcher.depth).toBe(1);
  client.socket.destroy();
  await expect.poll(() => master.entries).toMatchObject([{ status: 499, route, model }]);
});

test.each([
  [head('POST /predict', 'Content-Length: 11'), 413, '/predict', 'mine'],
  [head('POST /v2/models/two/infer', 'Expect: more'), 400, '/v2/models/:name/infer', 'two'],
  [head('GET /v1/models/two', 'Expect: more'), 400, '/v1/models/:name', 'two'],
  [head('GET /predict', 'Expect: more'), 400, 'other', 'mine'],
])('a request that its head refuses: %j', async (text, status, route, model) => {
  await start();
  const client = await RawClient.open(master.port, text);
  await client.until(({ statuses }) => statuses.length > 0, 'answer');
  client.socket.destroy();
  expect(client.statuses).toEqual([status]);
  expect(master.entries).toMatchObject([{ status, route, model }]);
});
