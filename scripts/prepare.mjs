// Runs before `npm start` and `npm test`: installs and builds, but only what is
// missing or out of date, and says what it does. Needs nothing but Node and npm.
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Time of the newest change below a path, in ms since the epoch; 0 when absent. */
function newest(path) {
  if (!existsSync(path)) return 0;
  const info = statSync(path);
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newest(join(path, name))));
}

function modelSources() {
  const folder = join(root, 'models');
  return readdirSync(folder)
    .map((name) => join(folder, name, 'model.ts'))
    .filter((file) => existsSync(file));
}

function isInstalled() {
  const marker = join(root, 'node_modules', '.package-lock.json');
  return existsSync(marker) && newest(marker) >= newest(join(root, 'package-lock.json'));
}

function isBuilt() {
  const built = newest(join(root, 'dist', '.built'));
  if (newest(join(root, 'src')) > built || newest(join(root, 'tsconfig.json')) > built)
    return false;
  return modelSources().every((file) => newest(file.replace(/\.ts$/, '.js')) >= newest(file));
}

function step(what, command, args) {
  process.stderr.write(`forkcast: ${what}\n`);
  // The output goes to stderr: stdout belongs to the server that starts next.
  execFileSync(command, args, { cwd: root, stdio: ['ignore', 2, 2] });
}

if (!isInstalled()) step('installing packages (npm ci) …', 'npm', ['ci', '--loglevel=error']);
if (!isBuilt()) step('building (tsc) …', process.execPath, ['scripts/build.mjs']);
