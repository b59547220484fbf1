// The operator's port over a real socket; what it knows is given.

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type AdminPorts, makeAdminServer } from '../../src/master/control/admin.js';
import { ModelStatistics } from '../../src/master/metadata/statistics.js';

const PORTS: AdminPorts = {
  knowledge: {
    isReady: () => true,
    readyWorkers: () => 1,
    wantedWorkers: () => 1,
    models: () => [],
    statistics: new ModelStatistics(() => 0),
  },
  metrics: async () => ({ contentType: 'text/plain', text: 'up 1\n' }),
  status: () => ({ state: 'serving' }),
};

async function listening(ports: AdminPorts): Promise<string> {
  const server = makeAdminServer(ports).listen(0, '127.0.0.1');
  onTestFinished(() => server.closeAllConnections());
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each(['/livez', '/readyz', '/metrics', '/status'])('%s is answered', async (path) => {
  const url = await listening(PORTS);
  expect((await fetch(url + path)).status).toBe(200);
  expect((await fetch(url + path, { method: 'POST' })).status).toBe(405);
});

test('the public port has no status', async () => {
  const { status, ...publicPorts } = PORTS;
  const url = await listening(publicPorts);
  expect((await fetch(`${url}/metrics`)).status).toBe(200);
  expect((await fetch(`${url}/status`)).status).toBe(404);
});

test('an error has the form of all errors, with an id that is echoed', async () => {
  const answer = await fetch(`${await listening(PORTS)}/nope`);
  const requestId = answer.headers.get('x-request-id');
  expect(requestId).toMatch(/^[A-Za-z0-9._-]{1,128}$/);
  expect(answer.headers.get('content-type')).toBe('application/json');
  expect(await answer.json()).toEqual({
    error:
      'there is no route "/nope" on this port; expected one of: /livez, /readyz, /metrics, /status',
    code: 'ROUTE_NOT_FOUND',
    requestId,
  });
});

test.each([
  ['op-1.x', true],
  ['not sane', false],
])('the id "%s" of a client is kept: %s', async (given, isKept) => {
  const answer = await fetch(`${await listening(PORTS)}/livez`, {
    headers: { 'x-request-id': given },
  });
  expect(answer.headers.get('x-request-id') === given).toBe(isKept);
});
