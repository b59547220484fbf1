/** Routes that a module brings along, and several models in one, behind a master. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client } from './clients.js';
import { CLI, launch, startServer } from './server.js';

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-routes-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A folder with a module of that name. */
function module(name: string, source: string): string {
  const folder = join(temporaryFolder(), name);
  mkdirSync(folder);
  writeFileSync(join(folder, 'model.mjs'), source);
  return folder;
}

describe('own routes', () => {
  it('are served, streamed, and logged by their pattern', async () => {
    const server = await startServer({ path: 'own-routes', workers: 1 });
    const client = new Client(server.url);
    const item = await client.get('/models/own-routes/item/7?key=secret');
    expect(JSON.parse(item.text)).toMatchObject({ id: '7' });
    expect((await client.post('/models/own-routes/echo', [1, 2])).text).toBe('[1,2]');
    expect((await client.get('/models/own-routes/pieces')).text).toBe('abc');
    const broken = await client.post('/models/own-routes/echo', '[1,');
    expect([broken.status, broken.headers.connection]).toEqual([400, 'keep-alive']);
    expect((await client.get('/models/own-routes/nowhere')).status).toBe(404);
    const lines = await server.until('five access lines', () => {
      const found = server.linesOf('request');
      return found.length === 5 ? found : undefined;
    });
    const model = 'own-routes';
    expect(lines).toMatchObject([
      { status: 200, route: '/models/own-routes/item/:id', model },
      { status: 200, route: '/models/own-routes/echo', model },
      { status: 200, route: '/models/own-routes/pieces', model },
      { status: 400, route: '/models/own-routes/echo', model, code: 'INVALID_INPUT' },
      { status: 404, route: 'other' },
    ]);
    expect(server.linesOf('asked for an item')).toMatchObject([
      { model, requestId: item.headers['x-request-id'] },
    ]);
    client.close();
    await server.stop();
  });

  it('have their schemas compiled, and may ask themselves', async () => {
    const path = module(
      'strict',
      `export const predict = ({ instances }) => instances;
      const schema = {
        headers: { type: 'object', required: ['X-Unit'], properties: { 'X-Unit': { type: 'string' } } },
        body: { type: 'object', required: ['n'], properties: { n: { type: 'integer' } } },
        response: { 200: { type: 'object', properties: { n: { type: 'integer' } } } },
      };
      export async function routes(app) {
        app.post('/strict', { schema }, async ({ body }) => ({ ...body, hidden: 1 }));
        app.get('/inner', async () => {
          const headers = { 'x-unit': 'm' };
          const url = '/models/strict/strict';
          return (await app.inject({ method: 'POST', url, headers, payload: { n: 3 } })).body;
        });
      }`,
    );
    const server = await startServer({ path, workers: 1 });
    const client = new Client(server.url);
    const post = async (body: unknown, headers = {}) => {
      const { status, text } = await client.post('/models/strict/strict', body, headers);
      return [status, text];
    };
    expect(await post({ n: '2' }, { 'x-unit': 'm' })).toEqual([200, '{"n":2}']);
    expect(await post({ n: 'two' }, { 'x-unit': 'm' })).toEqual([
      400,
      expect.stringMatching(/n must be integer/),
    ]);
    expect(await post({ n: 2 })).toEqual([400, expect.stringMatching(/x-unit/)]);
    expect((await client.get('/models/strict/inner')).text).toBe('{"n":3}');
    client.close();
    await server.stop();
  });

  it('run again when their worker dies, unless they may have changed something', async () => {
    const server = await startServer({
      path: 'own-routes',
      workers: 1,
      args: ['--restart-backoff', '100ms'],
      expectedErrors: ['worker died'],
    });
    const folder = temporaryFolder();
    const client = new Client(server.url);
    const read = await client.get(`/models/own-routes/once?file=${folder}/read`);
    expect([read.status, read.text]).toEqual([200, '{"isAlive":true}']);
    const written = await client.post(`/models/own-routes/once?file=${folder}/written`, {});
    expect(written.status).toBe(500);
    expect(JSON.parse(written.text).code).toBe('WORKER_CRASHED');
    client.close();
    await server.stop();
  });

  it('that cannot be set up end the start with exit code 11 and the reason', async () => {
    const source = "export const routes = async () => { throw new Error('no cellar'); };";
    const args = ['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0', '--workers', '1'];
    const server = launch(process.execPath, [CLI, 'serve', module('wine', source), ...args], {
      expectedErrors: ['boot failed', 'worker died', 'server failed'],
    });
    expect(await server.exited).toEqual({ code: 11, signal: null });
    const { reason } = await server.line('server failed');
    expect(reason).toContain('routes of model "wine" could not be set up: no cellar');
  });
});

describe('several models in one module', () => {
  it('are listed and served by their own names', async () => {
    const source = `
      export const double = (rows) => rows.map((x) => 2 * x);
      export const half = (rows) => rows.map((x) => x / 2);
    `;
    const server = await startServer({ path: module('tools', source), workers: 1 });
    const client = new Client(server.url);
    const { models } = JSON.parse((await client.get('/v1/models')).text);
    expect(models).toMatchObject([
      { name: 'double', ready: true },
      { name: 'half', ready: true },
    ]);
    expect(models).toHaveLength(2);
    const ask = (name: string) => client.post(`/v1/models/${name}:predict`, { instances: [3] });
    expect((await ask('double')).text).toBe('{"predictions":[6]}');
    expect((await ask('half')).text).toBe('{"predictions":[1.5]}');
    expect((await ask('tools')).status).toBe(404);
    expect((await client.get('/readyz')).status).toBe(200);
    client.close();
    await server.stop();
  });
});
