// `npm run check`: all that CI runs. Goes on after a failing step, so that one
// run shows every fault. `--no-tests` leaves out the whole test run, for a
// caller that has just done it; the pure parts are still run, for their coverage.
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const node = process.execPath;
// The tools by their names, and not through npx, which takes some of their flags for its own.
const PATH = [join(root, 'node_modules/.bin'), process.env.PATH].join(delimiter);
const env = { ...process.env, PATH };

const STEPS = [
  { name: 'prepare', command: [node, 'scripts/prepare.mjs'] },
  { name: 'lint', command: ['biome', 'check', '--error-on-warnings', '.'] },
  { name: 'types', command: ['tsc', '--noEmit', '-p', 'tsconfig.json'] },
  { name: 'types of tests', command: ['tsc', '-p', 'tsconfig.test.json'] },
  { name: 'knip', command: ['knip'] },
  { name: 'publint', command: ['publint', '--strict'] },
  { name: 'docs', command: [node, 'scripts/docs.mjs', '--check'] },
  {
    name: 'coverage of the pure parts',
    command: ['vitest', 'run', '--project', 'unit', '--coverage'],
  },
  {
    name: 'speed against a server written by hand',
    command: ['npm', 'run', 'loadtest', '--', 'smoke'],
  },
  { name: 'tests', command: ['vitest', 'run'], isTests: true },
];

function run({ name, command: [program, ...args] }) {
  console.log(`\n── ${name}`);
  const startedAtMs = performance.now();
  const { status, error } = spawnSync(program, args, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) console.error(`${program}: ${error.message}`);
  return { name, isGood: status === 0, ms: performance.now() - startedAtMs };
}

const hasTests = !process.argv.includes('--no-tests');
const results = STEPS.filter((step) => hasTests || !step.isTests).map(run);

console.log('\n── summary');
for (const { name, isGood, ms } of results) {
  console.log(`${isGood ? 'ok    ' : 'FAILED'}  ${(ms / 1000).toFixed(1).padStart(6)} s  ${name}`);
}
process.exitCode = results.every(({ isGood }) => isGood) ? 0 : 1;
