// Joins the modules of dist/ that a server loads, and the packages they use, into a few
// files, in dist/bundle/.
//
// Finding, reading and linking hundreds of small files is most of what a process of the
// server costs until it is ready, and each worker pays it again. What is loaded by its URL
// (threads, hooks of the loader, a worker's entry) stays a file of its own, and so do
// packages that bring native code or that are loaded only where they are wanted.
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { bundleLateParts, loadLate, loadLessOfNode } from './late-parts.mjs';

/** What is loaded from outside, and what is then in its place. `cli` imports nothing before it holds the signals. */
const ENTRIES = [
  { name: 'cli', file: 'cli.js', facade: "#!/usr/bin/env node\nimport './bundle/cli.js';\n" },
  { name: 'index', file: 'index.js', facade: "export * from './bundle/index.js';\n" },
  { name: 'worker', file: 'worker/worker.js', facade: "export * from '../bundle/worker.js';\n" },
];

const LEFT_ALONE = [/^onnxruntime-/, /^@tensorflow\//, /^pino-pretty$/];
const LICENSE = /^(licen[cs]e|copying)(\.\w+)?$/i;

/** A module finds the files beside it as if it still lay there. */
function keepPlaces(dist) {
  return {
    name: 'keep-places',
    transform(code, id) {
      if (!id.startsWith(dist) || !code.includes('import.meta.url')) return null;
      const place = JSON.stringify(`../${relative(dist, id).split(sep).join('/')}`);
      const placed = `new URL(${place}, import.meta.url).href`;
      return { code: code.replaceAll('import.meta.url', placed), map: null };
    },
  };
}

/**
 * A single letter beyond Latin-1 makes V8 keep the whole text of a file, as long as the process
 * lives, in two bytes a letter. Without its comments a file has such letters in literals only.
 */
function inOneByte(code) {
  const escaped = (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return code.replace(/[\u0100-\uffff]/g, escaped);
}

/** Their licences ask to be where their code is. */
function licensesOf(moduleIds) {
  const folders = new Set();
  for (const id of moduleIds) {
    const [folder] = id.match(/^.*[\\/]node_modules[\\/](@[^\\/]+[\\/])?[^\\/]+/) ?? [];
    if (folder !== undefined) folders.add(folder);
  }
  return [...folders].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json')));
    const file = readdirSync(folder).find((entry) => LICENSE.test(entry));
    const text =
      file === undefined ? `License: ${license}` : readFileSync(join(folder, file), 'utf8');
    return `${name} ${version}\n\n${text.trim()}\n`;
  });
}

export async function bundle(dist) {
  const build = await rolldown({
    input: Object.fromEntries(ENTRIES.map(({ name, file }) => [name, join(dist, file)])),
    platform: 'node',
    external: LEFT_ALONE,
    // Its CommonJS form hands its `require` on, which no bundler can follow.
    resolve: { alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' } },
    plugins: [keepPlaces(dist), loadLate(), loadLessOfNode(dist)],
    logLevel: 'warn',
  });
  const { output } = await build.write({
    dir: join(dist, 'bundle'),
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
    sourcemap: true,
    comments: false,
  });
  await build.close();
  output.push(...(await bundleLateParts(join(dist, 'bundle'))));
  for (const { type, fileName, code } of output) {
    if (type === 'chunk') writeFileSync(join(dist, 'bundle', fileName), inOneByte(code));
  }
  const licenses = licensesOf(output.flatMap(({ moduleIds = [] }) => moduleIds));
  writeFileSync(join(dist, 'bundle', 'LICENSES.txt'), licenses.join(`\n${'-'.repeat(80)}\n\n`));
  for (const { file, facade } of ENTRIES) {
    rmSync(join(dist, `${file}.map`));
    writeFileSync(join(dist, file), facade);
  }
}
