// The pages that are made from the code, and the links between all pages.
//   node scripts/docs.mjs --write   writes the made pages from dist/
//   node scripts/docs.mjs --check   fails when one is stale, or a link leads nowhere
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brokenLinks, markdownFiles } from './doc-links.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const MADE = [
  { file: 'docs/settings.md', from: 'config/pages/reference.js', maker: 'settingsReference' },
  {
    file: 'config/forkcast.schema.json',
    from: 'config/pages/schema.js',
    maker: 'settingsSchemaText',
  },
  {
    file: 'docs/model-settings.md',
    from: 'model/settings/reference.js',
    maker: 'modelSettingsReference',
  },
  {
    file: 'config/forkcast-model.schema.json',
    from: 'model/settings/schema.js',
    maker: 'modelSettingsSchemaText',
  },
  { file: 'docs/metrics.md', from: 'observe/metrics-reference.js', maker: 'metricsReference' },
  { file: 'docs/errors.md', from: 'error-reference.js', maker: 'errorsReference' },
];

/** What a page should be, by the code as it was built. */
async function make({ from, maker }) {
  const module = await import(new URL(`../dist/${from}`, import.meta.url));
  return module[maker]();
}

function read(file) {
  try {
    return readFileSync(join(root, file), 'utf8');
  } catch {
    return undefined;
  }
}

async function write() {
  for (const page of MADE) {
    const text = await make(page);
    if (read(page.file) === text) continue;
    writeFileSync(join(root, page.file), text);
    console.log(`docs: wrote ${page.file}`);
  }
}

async function faults() {
  const stale = [];
  for (const page of MADE) {
    if (read(page.file) === (await make(page))) continue;
    stale.push(`${page.file} is not what src/ says; run: npm run docs`);
  }
  return [...stale, ...brokenLinks(root, markdownFiles(root))];
}

const action = process.argv[2];
if (action === '--write') {
  await write();
} else if (action === '--check') {
  const found = await faults();
  for (const fault of found) console.error(`docs: ${fault}`);
  process.exitCode = found.length === 0 ? 0 : 1;
} else {
  console.error('docs: expected --write or --check');
  process.exitCode = 2;
}
