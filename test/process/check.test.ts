/** `forkcast check`: every model in a worker of its own, and what that tells. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { CLI, expectGone, fixture, launch, processTree, ROOT, type TestServer } from './server.js';

function check(args: readonly string[]): TestServer {
  return launch(process.execPath, [CLI, 'check', ...args], {});
}

/** A repository of fixture models, and of others by the text of their module. */
function repository(
  fixtures: readonly string[],
  modules: Readonly<Record<string, string>>,
): string {
  const root = mkdtempSync(join(tmpdir(), 'forkcast-check-'));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const name of fixtures) {
    const from = fixture(name);
    cpSync(from, join(root, from.slice(from.lastIndexOf('/') + 1)), { recursive: true });
  }
  for (const [name, text] of Object.entries(modules)) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'model.mjs'), text);
  }
  return root;
}

const UNLOADABLE = join(fixture('echo'), '../../unloadable');

it('loads and runs what is good, tells why the rest is not, and exits 11', async () => {
  const root = repository(
    ['two-by-two', ...['crashes-at-load', 'loads-for-ever'].map((name) => join(UNLOADABLE, name))],
    {
      // Its example fails; what it prints is not the report; it never lets go of its process.
      picky: `export default {
        warmup: { instances: [1] },
        load() { console.log('printed by a model'); },
        predict() { throw new Error('none of that'); },
        dispose() { for (;;); },
      };`,
      // Says that it is ready before it is.
      feigns: `process.send({ type: 'ready', models: [] }); process.exit(0);`,
    },
  );
  // All but the one that loads for ever have time, however slow the machine.
  for (const name of ['two-by-two', 'crashes-at-load', 'picky', 'feigns']) {
    writeFileSync(join(root, name, 'forkcast.json'), '{"bootTimeout": "2m"}');
  }
  const checking = check([root, '--boot-timeout', '2s']);
  expect(await checking.exited).toEqual({ code: 11, signal: null });
  const { stdout } = checking;
  expect(stdout).toContain(
    'crashes-at-load  version 1  module\n  FAILED   it exited with code 7 while it loaded',
  );
  expect(stdout).toContain('feigns  version 1  module\n  FAILED   it exited with code 0');
  expect(stdout).toMatch(
    /FAILED {3}not ready after the boot timeout of 2 s while it loaded model "loads-for-ever"/,
  );
  expect(stdout).toMatch(
    /picky .*\n {2}FAILED {3}model "picky" failed on its warm-up example: .*none of that/,
  );
  expect(stdout).toContain('  output   is_greater  bool [-1]\n  load ');
  expect(stdout).toContain('4 of 5 models failed');
  expect(stdout).not.toContain('printed by a model');
  expect(checking.stderr).toContain('printed by a model');
});

it('tells version, runtime, signature, runs and memory as JSON, and exits 0', () => {
  const args = [CLI, 'check', join(ROOT, 'models/digits-mlp'), '--json'];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  expect(status, stderr).toBe(0);
  const { models } = JSON.parse(stdout);
  expect(models).toHaveLength(1);
  expect(models[0]).toMatchObject({
    name: 'digits-mlp',
    version: '1',
    runtime: 'onnx',
    isDefault: true,
    signature: { inputs: [{ name: 'X', dtype: 'float32', shape: [-1, 64] }] },
    runs: { on: 'zeros' },
  });
  expect(models[0].loadMs).toBeGreaterThan(0);
  expect(models[0].runs.firstRunMs).toBeGreaterThan(0);
  expect(models[0].runs.secondRunMs).toBeGreaterThan(0);
  expect(models[0].memoryBytes).toBeGreaterThan(1_000_000);
});

it('tells faults of the configuration first, and loads nothing', async () => {
  const root = repository(['two-by-two'], {});
  writeFileSync(join(root, 'two-by-two/forkcast.json'), '{"timeuot": 1}');
  const checking = check([root]);
  expect(await checking.exited).toEqual({ code: 2, signal: null });
  expect(checking.stderr).toContain('unknown setting "timeuot"; did you mean timeout?');
  expect(checking.stdout).toBe('');
});

it('leaves no worker behind when it is stopped', async () => {
  const checking = check([join(UNLOADABLE, 'loads-for-ever')]);
  await checking.until('the model being loaded', () =>
    checking.stderr.includes('loading for ever') ? true : undefined,
  );
  const pids = processTree(checking.pid);
  expect(pids.length).toBeGreaterThan(1);
  checking.kill('SIGINT');
  expect(await checking.exited).toEqual({ code: 1, signal: null });
  await expectGone(pids);
});
