/** What is served changes while it is served, and no client sees more of it than another answer. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Client, type Failure, runLoad } from './clients.js';
import { ctl } from './ctl.js';
import { Repository } from './repository.js';
import { expectGone, processTree, startServer, successor } from './server.js';

type Told = { readonly status: number; readonly text: string };

async function verb(url: string, path: string, init: RequestInit = {}): Promise<Told> {
  const answer = await fetch(`${url}/v2/repository/models/${path}`, { method: 'POST', ...init });
  return { status: answer.status, text: await answer.text() };
}

async function predict(client: Client, name: string): Promise<string> {
  const { status, text } = await client.post(`/v1/models/${name}:predict`, { instances: [0] });
  return status === 200 ? (JSON.parse(text).predictions[0] as string) : `${status}`;
}

describe('under load', () => {
  it('versions are swapped and models come and go: nothing fails, and every answer is right', async () => {
    const repository = new Repository();
    repository.lay('swapped', 1);
    repository.lay('other', 1);
    const server = await startServer({ path: repository.path });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    let allowed = ['swapped 1'];
    let isOver = false;
    const load = runLoad(
      server.url,
      8,
      () => isOver,
      async (client, number): Promise<Failure | undefined> => {
        const isOther = number % 2 === 1;
        const before = allowed;
        const answer = await predict(client, isOther ? 'other' : 'swapped');
        const expected = isOther ? ['other 1'] : [...before, ...allowed];
        return expected.includes(answer) ? undefined : { error: `${answer}, not ${expected}` };
      },
    );
    repository.lay('swapped', 2);
    allowed = ['swapped 1', 'swapped 2'];
    expect(await verb(server.url, 'swapped/load')).toEqual({ status: 200, text: '' });
    allowed = ['swapped 2'];
    const client = new Client(server.url);
    for (let round = 0; round < 2; round += 1) {
      repository.lay('extra', round + 1);
      expect((await verb(server.url, 'extra/load')).status).toBe(200);
      expect(await predict(client, 'extra')).toBe(`extra ${round + 1}`);
      expect((await verb(server.url, 'extra/unload')).status).toBe(200);
      expect(await predict(client, 'extra')).toBe('404');
    }
    isOver = true;
    const { failures, requests } = await load;
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(100);
    expect(await server.metrics()).toContain('forkcast_rollouts_total{outcome="done"} 5\n');
    client.close();
    await server.stop();
  });
});

describe('a version that cannot be loaded', () => {
  it('leaves the old one serving, and why is told by API, ctl, log and index', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const server = await startServer({
      path: repository.path,
      expectedErrors: ['boot failed', 'worker died', 'rollout failed', 'reload failed'],
    });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    const pids = await server.workerPids();
    repository.layBroken('a', 2);
    const { status, text } = await verb(server.url, 'a/load');
    expect(status).toBe(400);
    expect(JSON.parse(text)).toMatchObject({ code: 'MODEL_LOAD_FAILED' });
    expect(JSON.parse(text).error).toContain('no weights in a');
    const [code, , stderr] = await ctl(server, 'load', 'a');
    expect(code).toBe(1);
    expect(stderr).toContain('no weights in a');
    const failed = await server.line('rollout failed');
    expect(failed).toMatchObject({ level: 'error', model: 'a', version: '2' });
    const [, table] = await ctl(server, 'models');
    expect(table).toMatch(/^a +1 +READY$/m);
    expect(table).toMatch(/^a +2 +UNAVAILABLE +.*no weights in a$/m);
    server.kill('SIGHUP');
    expect((await server.line('reload failed')).reason).toContain('no weights in a');
    const client = new Client(server.url);
    expect(await predict(client, 'a')).toBe('a 1');
    expect(await server.workerPids()).toEqual(pids);
    repository.lay('a', 2);
    const [swapped, said] = await ctl(server, 'reload');
    expect([swapped, said]).toEqual([0, expect.stringContaining('models: changed a\n')]);
    expect(await predict(client, 'a')).toBe('a 2');
    client.close();
    await server.stop();
  });
});

describe('while a successor boots', () => {
  it('it may be killed: another one follows, and nothing fails', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const server = await startServer({
      path: repository.path,
      workers: 1,
      expectedErrors: ['worker died'],
    });
    repository.lay('a', 2, true);
    const loaded = verb(server.url, 'a/load');
    const first = await successor(server);
    process.kill(first, 'SIGKILL');
    await expectGone([first]);
    repository.release();
    expect((await loaded).status).toBe(200);
    const client = new Client(server.url);
    expect(await predict(client, 'a')).toBe('a 2');
    client.close();
    await server.stop();
  });

  it('who asked for it may leave: it goes on', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const server = await startServer({ path: repository.path, workers: 1 });
    repository.lay('a', 2, true);
    const leaver = new AbortController();
    const left = expect(verb(server.url, 'a/load', { signal: leaver.signal })).rejects.toThrow();
    await successor(server);
    leaver.abort();
    await left;
    await server.line('request', (line) => line.status === 499);
    repository.release();
    await server.line('rollout done');
    const client = new Client(server.url);
    expect(await predict(client, 'a')).toBe('a 2');
    client.close();
    await server.stop();
  });

  it('TERM ends the rollout at once, and the server as ever', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const server = await startServer({ path: repository.path });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    repository.lay('a', 2, true);
    const loaded = [verb(server.url, 'a/load'), verb(server.adminUrl, 'a/unload')];
    await successor(server);
    const pids = processTree(server.pid);
    server.kill('SIGTERM');
    for (const { status, text } of await Promise.all(loaded)) {
      expect(status).toBe(503);
      expect(JSON.parse(text)).toMatchObject({ code: 'DRAINING' });
    }
    expect(await server.exited).toEqual({ code: 0, signal: null });
    await expectGone(pids);
    await server.line('rollout abandoned');
  });
});

describe('the main port', () => {
  it('refuses what is malformed, too large, not allowed or from a web page', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const server = await startServer({ path: repository.path, workers: 1 });
    const refusals: [RequestInit, number, string][] = [
      [{ body: '{' }, 400, 'INVALID_INPUT'],
      [{ body: '{"parameters":7}' }, 400, 'INVALID_INPUT'],
      [{ body: ' '.repeat(70_000) }, 413, 'BODY_TOO_LARGE'],
      [{ method: 'GET' }, 405, 'METHOD_NOT_ALLOWED'],
      [{ headers: { origin: 'http://page.example' } }, 403, 'FORBIDDEN'],
      [{ headers: { 'X-Forwarded-For': '192.0.2.1' } }, 403, 'FORBIDDEN'],
    ];
    for (const [init, status, code] of refusals) {
      const told = await verb(server.url, 'a/unload', init);
      expect([told.status, JSON.parse(told.text).code], JSON.stringify(init)).toEqual([
        status,
        code,
      ]);
    }
    const index = await fetch(`${server.url}/v2/repository/index`, { method: 'POST' });
    expect(await index.json()).toEqual([{ name: 'a', version: '1', state: 'READY', reason: '' }]);
    await server.stop();
  });
});

describe('--watch', () => {
  it('takes what comes, changes and goes', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    repository.lay('b', 1);
    const server = await startServer({
      path: repository.path,
      args: ['--watch', '--watch-interval', '50ms'],
      expectedErrors: ['boot failed', 'worker died', 'rollout failed', 'change not taken'],
    });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    const done = (count: number) =>
      server.until(`${count} rollouts`, () => server.linesOf('rollout done')[count - 1]);
    const client = new Client(server.url);
    repository.lay('a', 2);
    await done(1);
    expect(await predict(client, 'a')).toBe('a 2');
    repository.remove('b');
    await done(2);
    expect(await predict(client, 'b')).toBe('404');
    repository.layBroken('a', 3);
    const told = await server.line('change not taken');
    expect(told.reason).toContain('no weights in a');
    expect(await predict(client, 'a')).toBe('a 2');
    repository.lay('a', 3);
    await done(3);
    expect(await predict(client, 'a')).toBe('a 3');
    expect(server.linesOf('change not taken')).toHaveLength(1);
    client.close();
    await server.stop();
  });
});

describe('--on-broken-model skip', () => {
  it('serves the others from the start, and the broken one once it is mended', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    repository.layBroken('b', 1);
    mkdirSync(join(repository.path, 'c'));
    const server = await startServer({
      path: repository.path,
      args: ['--on-broken-model', 'skip'],
      expectedErrors: ['boot failed', 'worker died'],
    });
    const client = new Client(server.url);
    expect(await predict(client, 'a')).toBe('a 1');
    const [, table] = await ctl(server, 'models');
    expect(table).toMatch(/^b +1 +UNAVAILABLE +.*no weights in b$/m);
    expect(table).toMatch(/^c +UNAVAILABLE +.*no model here/m);
    expect(server.linesOf('model skipped').map(({ model }) => model)).toEqual(['c', 'b']);
    repository.lay('b', 1);
    expect((await verb(server.url, 'b/load')).status).toBe(200);
    expect(await predict(client, 'b')).toBe('b 1');
    client.close();
    await server.stop();
  });
});
