/** TensorFlow.js in a worker of its own: what it breaks, what it prints, and when it is not there. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { Client } from './clients.js';
import { CLI, launch, ROOT, startServer } from './server.js';

const fixture = (name: string): string => join(ROOT, 'test/fixtures/tfjs', name);

it('a request that breaks WebAssembly ends its workers, not the server', async () => {
  const server = await startServer({
    path: fixture('look-up'),
    expectedErrors: ['uncaught exception', 'worker died'],
  });
  const client = new Client(server.url);
  const ask = (at: number): ReturnType<Client['post']> =>
    client.post('/predict', { instances: [[at]] });
  expect((await ask(3)).text).toBe('{"predictions":[40]}');
  // TensorFlow.js checks this index nowhere, and reads beyond WebAssembly's memory.
  const { status, text } = await ask(500_000_000);
  expect(status).toBe(500);
  expect(text).toContain('WORKER_CRASHED');
  expect((await ask(0)).text).toBe('{"predictions":[10]}');
  client.close();
  await server.stop();
  // The model prints; the log is what a program reads.
  expect(server.stdout).toBe('');
});

it('without its packages the model does not load, and the command that installs them is told', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forkcast-test-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const hooks = join(folder, 'hooks.mjs');
  writeFileSync(
    hooks,
    `export async function resolve(name, context, next) {
      if (!name.startsWith('@tensorflow/')) return next(name, context);
      const error = new Error("Cannot find package '" + name + "' imported from " + context.parentURL);
      throw Object.assign(error, { code: 'ERR_MODULE_NOT_FOUND' });
    }`,
  );
  const preloaded = join(folder, 'preloaded.mjs');
  writeFileSync(
    preloaded,
    `import { register } from 'node:module'; register(${JSON.stringify(`file://${hooks}`)});`,
  );
  const check = launch(process.execPath, [CLI, 'check', fixture('affine')], {
    env: { NODE_OPTIONS: `--import=${preloaded}` },
    expectedErrors: ['boot failed'],
  });
  expect(await check.exited).toEqual({ code: 11, signal: null });
  expect(check.stdout + check.stderr).toContain(
    'the package @tensorflow/tfjs-core is not installed; install it with: npm install @tensorflow/tfjs@',
  );
});
