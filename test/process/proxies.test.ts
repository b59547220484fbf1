/** Forkcast behind each proxy with its file of deploy/: what a client sees through it. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PROXY_KINDS, PROXY_NAMES } from '../../loadtest/proxies/proxy.js';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client } from './clients.js';
import { DIGITS, DIGITS_MODEL, isRight, predictDigit } from './digits.js';
import { startBehind } from './proxied-server.js';
import { openStream } from './stream-client.js';
import { mustDoWithout } from './tools.js';

/** Nobody is busy when these servers stop. */
const BRIEF = { drainIdle: '200ms' };

async function withClient<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client(url);
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

/** nginx and HAProxy keep one connection for one client; the others have a pool, and may take two. */
const MOST_CONNECTIONS = 4;

describe.each(PROXY_NAMES)('behind %s', (name) => {
  const { command } = PROXY_KINDS[name];
  const isMissing = mustDoWithout(command);

  it.skipIf(isMissing)('answers, keeps its connections and ids, and refuses control', async () => {
    const { server, proxy } = await startBehind(name, DIGITS_MODEL, BRIEF);
    await withClient(proxy.url, async (client) => {
      for (let row = 0; row < 20; row += 1) {
        expect(isRight(await predictDigit(client, row), row)).toBe(true);
      }
      const ask = (id: string) =>
        client.post('/predict', { instances: [DIGITS.inputs[0]] }, { 'x-request-id': id });
      expect((await ask('trace-42.a')).headers['x-request-id']).toBe('trace-42.a');
      expect((await ask('not {sane}')).headers['x-request-id']).toMatch(/^[A-Za-z0-9._-]{10,40}$/);
    });
    // Without keep-alive towards Forkcast there would be none now, and 22 would have come and gone.
    const { connections } = await server.status();
    expect(connections).toBeGreaterThan(0);
    expect(connections).toBeLessThanOrEqual(MOST_CONNECTIONS);
    for (const path of ['/v2/repository/models/digits-mlp/unload', '/v2/%72epository/index']) {
      const control = await fetch(proxy.url + path, { method: 'POST' });
      expect([path, control.status]).toEqual([path, 403]);
      expect(control.headers.get('content-type')).toBe('application/json');
      expect(await control.json()).toMatchObject({ code: 'FORBIDDEN' });
    }
    expect(proxy.errors()).toEqual([]);
    await server.stop();
  });

  it.skipIf(isMissing)(
    'takes 31 MB, refuses 33 in our form, and passes streams piece by piece',
    async () => {
      const { server, proxy } = await startBehind(name, 'streams', BRIEF);
      const body = (bytes: number) => `{"instances":[{"count":1,"more":"${'a'.repeat(bytes)}"}]}`;
      const taken = await withClient(proxy.url, (c) => c.post('/predict', body(31 * 1024 ** 2)));
      expect(taken.status).toBe(200);
      const refused = await fetch(`${proxy.url}/predict`, {
        method: 'POST',
        body: body(33 * 1024 ** 2),
        headers: { 'content-type': 'application/json' },
      });
      expect(refused.status).toBe(413);
      expect(refused.headers.get('content-type')).toBe('application/json');
      expect(await refused.json()).toMatchObject({
        code: 'BODY_TOO_LARGE',
        requestId: expect.any(String),
      });
      const file = join(temporaryFolder(), 'open');
      const stream = await openStream(proxy.url, { ms: 20, gate: { at: 1, file } });
      expect((await stream.piece(0)).number).toBe(0);
      writeFileSync(file, '');
      await stream.piece(2);
      // Apache looks for its client only when there is something to write to it.
      stream.leave();
      await server.line('stream over', ({ isAborted }) => isAborted === true);
      await server.stop();
    },
  );
});
