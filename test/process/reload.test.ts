/** HUP and `ctl reload`: settings, code and models as they are now, or all as before. */
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../fixtures/temporary-folder.js';
import { Client, type Failure, runLoad } from './clients.js';
import { ctl } from './ctl.js';
import { Repository } from './repository.js';
import { expectGone, startServer, successor } from './server.js';

async function predict(client: Client): Promise<string> {
  const { status, text } = await client.post('/predict', { instances: [0] });
  return status === 200 ? (JSON.parse(text).predictions[0] as string) : `${status} ${text}`;
}

describe('under load', () => {
  it('every worker is replaced and nothing fails; a faulty config file or model changes nothing', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const config = join(temporaryFolder(), 'config.jsonc');
    const write = (settings: unknown): void => writeFileSync(config, JSON.stringify(settings));
    write({ queueLimit: 100 });
    const server = await startServer({
      path: repository.path,
      args: ['--config', config],
      expectedErrors: ['reload failed', 'rollout failed', 'boot failed', 'worker died'],
    });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    let isOver = false;
    const load = runLoad(
      server.url,
      3,
      () => isOver,
      async (client): Promise<Failure | undefined> => {
        const answer = await predict(client);
        return /^a [12]$/.test(answer) ? undefined : { error: answer };
      },
    );
    const before = await server.workerPids();
    write({ queueLimit: 200, backlog: 77, maxBody: '1kb', priorityHeader: 'x-class' });
    const done = await ctl(server, 'reload');
    expect(done).toEqual([
      0,
      'generation 2, 2 workers replaced\nsettings taken: queue-limit, priority-header, max-body\nnot taken until a restart: backlog\n',
      '',
    ]);
    const after = await server.workerPids();
    expect(after).toHaveLength(2);
    expect(after.filter((pid) => before.includes(pid))).toEqual([]);
    expect((await server.status()).queue).toMatchObject({ limit: 200 });
    expect(await server.line('reloaded')).toMatchObject({
      settings: { taken: ['queueLimit', 'priorityHeader', 'maxBody'], notTaken: ['backlog'] },
    });
    const client = new Client(server.url);
    expect((await client.post('/predict', { instances: ['x'.repeat(2000)] })).status).toBe(413);
    const urgency = { 'x-class': 'very' };
    expect((await client.post('/predict', { instances: ['x'] }, urgency)).status).toBe(400);

    writeFileSync(config, '{ "queueLimit": "many", "timeout": "soon" }');
    const [code, , stderr] = await ctl(server, 'reload');
    expect(code).toBe(1);
    expect(stderr).toMatch(/queueLimit: expected .*timeout: expected/);
    expect(await server.metrics()).toContain('forkcast_rollouts_total{outcome="failed"} 1\n');

    write({ queueLimit: 300 });
    repository.layBroken('a', 2);
    const [failed, , reason] = await ctl(server, 'reload');
    expect(failed).toBe(1);
    expect(reason).toContain('no weights in a');
    expect(
      await server.line('reload failed', (line) => /weights/.test(String(line.reason))),
    ).toBeDefined();
    expect((await server.status()).queue).toMatchObject({ limit: 200 });
    expect(await server.workerPids()).toEqual(after);
    expect(await server.metrics()).toContain('forkcast_rollouts_total{outcome="failed"} 2\n');

    repository.lay('a', 2);
    for (let times = 0; times < 5; times += 1) server.kill('SIGHUP');
    await server.line('reloaded', ({ models }) => JSON.stringify(models).includes('"a"'));
    expect(await predict(client)).toBe('a 2');
    isOver = true;
    const { failures, requests } = await load;
    expect(failures).toEqual([]);
    expect(requests).toBeGreaterThan(20);
    client.close();
    await server.stop();
  });
});

describe('while a successor boots', () => {
  it('it may be killed: the reload goes on', async () => {
    const repository = new Repository();
    repository.lay('a', 1);
    const server = await startServer({
      path: repository.path,
      workers: 1,
      expectedErrors: ['worker died'],
    });
    repository.lay('a', 1, true);
    const reloaded = ctl(server, 'reload', '--json');
    const first = await successor(server);
    process.kill(first, 'SIGKILL');
    await expectGone([first]);
    rmSync(repository.hold);
    const [code, text] = await reloaded;
    expect(code).toBe(0);
    expect(JSON.parse(text)).toMatchObject({ replaced: 1, models: { changed: ['a'] } });
    await server.stop();
  });
});

describe('--reload', () => {
  it('takes what a module imports, from anywhere; what is saved broken changes nothing', async () => {
    const repository = new Repository();
    const outside = temporaryFolder();
    const lay = (name: string, text: string): void => writeFileSync(join(outside, name), text);
    lay(
      'one.mjs',
      "import { createRequire } from 'node:module';\nexport const one = createRequire(import.meta.url)('./two.cjs');",
    );
    lay('two.cjs', "module.exports = require('./three.cjs') + 1;");
    lay('three.cjs', 'module.exports = 1;');
    const extra = join(outside, 'extra.txt');
    writeFileSync(extra, 'a');
    repository.layCode(
      'a',
      1,
      `import { one } from ${JSON.stringify(join(outside, 'one.mjs'))};
      export const predict = (rows) => rows.map(() => String(one));`,
    );
    const config = join(outside, 'config.jsonc');
    writeFileSync(config, '{}');
    const server = await startServer({
      path: repository.path,
      workers: 1,
      args: ['--reload', '--reload-extra-file', extra, '--config', config],
      expectedErrors: ['reload failed', 'rollout failed', 'boot failed', 'worker died'],
    });
    const client = new Client(server.url);
    const reloaded = (times: number) =>
      server.until(`${times} reloads`, () => server.linesOf('reloaded')[times - 1]);
    expect(await predict(client)).toBe('2');
    lay('three.cjs', 'module.exports = 41;');
    await reloaded(1);
    expect(await predict(client)).toBe('42');
    lay('one.mjs', "export { one } from './four.mjs';");
    await server.line('reload failed', ({ reason }) => String(reason).includes('four.mjs'));
    expect(await predict(client)).toBe('42');
    lay('four.mjs', 'export const one = 44;');
    await reloaded(2);
    expect(await predict(client)).toBe('44');
    lay('hooks.mjs', 'export default { onReload() {} };');
    writeFileSync(config, '{ "queueLimit": 7, "hooks": "hooks.mjs" }');
    const taken = await reloaded(3);
    expect(taken.settings).toMatchObject({ taken: ['queueLimit', 'hooks'] });
    writeFileSync(extra, 'ab');
    await reloaded(4);
    // Named only since the reload before.
    lay('hooks.mjs', 'export default { onReload() {}, onExit() {} };');
    await reloaded(5);
    client.close();
    await server.stop();
  });
});
