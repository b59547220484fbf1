/** Starting: exit codes say why it did not, and nothing loops. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Client } from './clients.js';
import { closedGate } from './gate.js';
import { CLI, type Exit, fixture, launch, startServer, type TestServer } from './server.js';

const FREE = ['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0', '--workers', '2'];

function serve(args: readonly string[], expectedErrors: readonly string[] = []): TestServer {
  return launch(process.execPath, [CLI, 'serve', ...args], { expectedErrors });
}

async function failedStart(server: TestServer): Promise<Exit> {
  const exit = await server.exited;
  expect(server.linesOf('worker ready')).toEqual([]);
  return exit;
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A model that fails in the way a file beside it says. */
function fickleModel(): { folder: string; tell(how: 'fine' | 'throw' | 'exit'): void } {
  const folder = join(temporaryFolder(), 'fickle');
  const told = `${folder}.told`;
  writeFileSync(told, 'fine');
  const code = `
    import { existsSync, readFileSync } from 'node:fs';
    const cell = new Int32Array(new SharedArrayBuffer(4));
    export default {
      load() {
        const how = readFileSync(${JSON.stringify(told)}, 'utf8');
        if (how === 'throw') throw new Error('told to fail');
        if (how === 'exit') process.exit(3);
      },
      predict(instances) {
        for (const { gate } of instances.map(Object)) {
          while (gate !== undefined && !existsSync(gate)) Atomics.wait(cell, 0, 0, 5);
        }
        return instances;
      },
    };`;
  const file = `${folder}.mjs`;
  writeFileSync(file, code);
  return { folder: file, tell: (how) => writeFileSync(told, how) };
}

describe('bad configuration', () => {
  it('is told all at once, in plain words, with exit code 2', async () => {
    const server = serve(['/no/such/path', '--workers', 'many', '--timeout', 'soon', '--bnd', 'x']);
    expect(await server.exited).toEqual({ code: 2, signal: null });
    expect(server.stderr).toContain('--workers');
    expect(server.stderr).toContain('--timeout');
    expect(server.stderr).toContain('--bnd');
    expect(server.stderr).not.toContain('    at ');
  });

  it('is told of the settings and of the models together', async () => {
    const server = serve(['/no/such/path', '--workers', 'many']);
    expect(await server.exited).toEqual({ code: 2, signal: null });
    expect(server.stderr).toContain('--workers');
    expect(server.stderr).toContain('/no/such/path');
  });

  it('includes models that are not there', async () => {
    const missing = serve(['/no/such/path', ...FREE]);
    expect(await missing.exited).toEqual({ code: 2, signal: null });
    expect(missing.stderr).toContain('/no/such/path');
    const other = serve([fixture('echo'), '--default-model', 'ecco', ...FREE]);
    expect(await other.exited).toEqual({ code: 2, signal: null });
    expect(other.stderr).toContain('echo');
  });
});

describe('an address in use', () => {
  it('exits with 13 and names it', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void other.close());
    const address = other.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const server = serve([
      fixture('echo'),
      '-b',
      `127.0.0.1:${port}`,
      '--admin-bind',
      '127.0.0.1:0',
    ]);
    expect(await server.exited).toEqual({ code: 13, signal: null });
    expect(server.stderr).toContain(`127.0.0.1:${port}`);
  });
});

describe('a worker that cannot boot at the start', () => {
  it('ends the server with 11 and the reason when a model cannot load', async () => {
    const model = fickleModel();
    model.tell('throw');
    const server = serve([model.folder, ...FREE], ['boot failed', 'worker died', 'server failed']);
    expect(await failedStart(server)).toEqual({ code: 11, signal: null });
    const fatal = server.lines.find(({ level }) => level === 'fatal');
    expect(fatal?.reason).toContain('told to fail');
  });

  it('ends the server with 10 when it exits or never becomes ready', async () => {
    const model = fickleModel();
    model.tell('exit');
    const server = serve([model.folder, ...FREE], ['worker died', 'server failed']);
    expect(await failedStart(server)).toEqual({ code: 10, signal: null });
    const slow = serve(
      [fixture('echo'), '--boot-timeout', '5ms', ...FREE],
      ['worker died', 'server failed'],
    );
    expect(await failedStart(slow)).toEqual({ code: 10, signal: null });
    const fatal = slow.lines.find(({ level }) => level === 'fatal');
    expect(fatal?.reason).toContain('boot timeout');
  });
});

describe('a worker that cannot boot later', () => {
  it('stays in backoff, visible, while another serves; and comes back', async () => {
    const model = fickleModel();
    const server = await startServer({
      path: model.folder,
      args: [
        '--restart-backoff',
        '50ms',
        '--restart-backoff-max',
        '200ms',
        '--give-up-after',
        '1s',
      ],
      expectedErrors: ['boot failed', 'worker died'],
    });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    model.tell('throw');
    const [pid = 0] = await server.workerPids();
    process.kill(pid, 'SIGKILL');
    await server.until('some failed boots', () => server.linesOf('boot failed')[5]);
    const client = new Client(server.url);
    expect((await client.post('/predict', { instances: [1] })).status).toBe(200);
    expect((await client.get('/readyz')).text).toContain('"ready":1,"wanted":2');
    const delays = server
      .linesOf('worker died')
      .slice(0, 5)
      .map(({ nextTryMs }) => Number(nextTryMs));
    expect(Math.max(...delays)).toBeLessThanOrEqual(200);
    expect(delays[4]).toBeGreaterThanOrEqual(100);
    model.tell('fine');
    await server.until('the slot filled again', () => server.linesOf('worker ready')[2]);
    client.close();
    await server.stop();
  });

  it('makes the server give up with 12 when none is ready for the whole window', async () => {
    const model = fickleModel();
    const server = await startServer({
      path: model.folder,
      args: [
        '--restart-backoff',
        '50ms',
        '--restart-backoff-max',
        '100ms',
        '--give-up-after',
        '700ms',
      ],
      expectedErrors: ['boot failed', 'worker died', 'server failed'],
    });
    await server.until('both ready', () => server.linesOf('worker ready')[1]);
    model.tell('throw');
    // One that is there before the workers go: the server may go soon after them.
    const instance = { gate: closedGate().file };
    const waiting = new Client(server.url).post('/predict', { instances: [instance] });
    await server.untilStatus('one that runs', ({ inFlight }) => inFlight === 1);
    for (const pid of await server.workerPids()) process.kill(pid, 'SIGKILL');
    const answer = await waiting;
    expect(answer.status).toBe(503);
    expect(JSON.parse(answer.text)).toMatchObject({ code: 'NO_WORKERS' });
    expect(await server.exited).toEqual({ code: 12, signal: null });
  });
});

describe('requests that come before the first worker is ready', () => {
  it('wait and are answered; readiness says no meanwhile', async () => {
    const server = await startServer({ path: 'echo', waitForReady: false });
    const client = new Client(server.url);
    const answer = client.post('/predict', { instances: [7] });
    const other = new Client(server.url);
    expect((await other.get('/livez')).status).toBe(200);
    expect((await answer).text).toBe('{"predictions":[7]}');
    expect((await other.get('/readyz')).status).toBe(200);
    client.close();
    other.close();
    await server.stop();
  });
});

describe('auto', () => {
  it('counts the CPUs that the server may use, and says so', async () => {
    const command = ['-c', '0', process.execPath, CLI, 'serve', fixture('echo')];
    const args = ['--bind', '127.0.0.1:0', '--admin-bind', '127.0.0.1:0'];
    const server = launch('taskset', [...command, ...args], {});
    expect(await server.line('starting')).toMatchObject({
      cpus: { count: 1 },
      workers: 1,
      threads: 1,
    });
    await server.line('worker ready');
    await server.stop();
  });
});

describe('the pid file', () => {
  it('is there while the server is', async () => {
    const file = join(temporaryFolder(), 'server.pid');
    const server = await startServer({ path: 'echo', args: ['--pid', file] });
    const { readFileSync, existsSync } = await import('node:fs');
    expect(readFileSync(file, 'utf8')).toBe(`${server.pid}\n`);
    await server.stop();
    expect(existsSync(file)).toBe(false);
  });
});
