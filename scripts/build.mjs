// Compiles src/ to dist/ and joins it into a few files; and the bundled TypeScript model modules in place.
import { execFileSync } from 'node:child_process';
import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bundle } from './bundle.mjs';

const tsc = fileURLToPath(new URL('../node_modules/typescript/bin/tsc', import.meta.url));
const root = fileURLToPath(new URL('..', import.meta.url));
rmSync(new URL('../dist', import.meta.url), { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '-p', 'tsconfig.json'], { cwd: root, stdio: 'inherit' });
execFileSync(process.execPath, [tsc, '-p', 'models/tsconfig.json'], {
  cwd: root,
  stdio: 'inherit',
});
await bundle(fileURLToPath(new URL('../dist', import.meta.url)));
chmodSync(new URL('../dist/cli.js', import.meta.url), 0o755);
// Last of all: prepare.mjs takes nothing for built that was broken off, by Ctrl-C say.
writeFileSync(new URL('../dist/.built', import.meta.url), '');
