// Relative links in the project's Markdown pages, and whether they lead somewhere.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const SINGLE = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'];
const FOLDERS = ['docs', 'models', 'loadtest', 'deploy'];

/** Paths of all pages, relative to the root. */
export function markdownFiles(root) {
  const inFolders = FOLDERS.filter((folder) => existsSync(join(root, folder))).flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith('.md'))
      .map((name) => `${folder}/${name}`),
  );
  return [...SINGLE.filter((file) => existsSync(join(root, file))), ...inFolders];
}

/** One sentence for each link that leads nowhere. */
export function brokenLinks(root, files) {
  return files.flatMap((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return linksOf(text).flatMap((link) => {
      const fault = faultOf(root, file, link);
      return fault === undefined ? [] : [`${file}: the link ${link} ${fault}`];
    });
  });
}

function faultOf(root, file, link) {
  const [path, anchor] = link.split('#');
  const target = path === '' ? join(root, file) : resolve(root, dirname(file), path);
  if (relative(root, target).startsWith('..')) return 'leads out of the project';
  if (!existsSync(target)) return 'leads to no file';
  if (anchor === undefined) return undefined;
  if (statSync(target).isDirectory()) return 'has an anchor, but leads to a folder';
  if (anchorsOf(readFileSync(target, 'utf8')).has(anchor)) return undefined;
  return 'leads to no heading of that page';
}

/** Links and images that are not to another site; code is no prose. */
function linksOf(text) {
  const prose = withoutFences(text).replace(/`[^`\n]*`/g, '');
  const links = [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map((match) => match[1]);
  return links.filter((link) => !/^[a-z][a-z+.-]*:/i.test(link));
}

/** Anchors as GitHub makes them: lower case, no punctuation, hyphens; -1, -2 … for repeats. */
function anchorsOf(text) {
  const anchors = new Set();
  const seen = new Map();
  for (const [, heading] of withoutFences(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\s_-]/gu, '').replace(/\s/g, '-');
    const repeats = seen.get(slug) ?? 0;
    seen.set(slug, repeats + 1);
    anchors.add(repeats === 0 ? slug : `${slug}-${repeats}`);
  }
  return anchors;
}

function withoutFences(text) {
  return text.replace(/^(```|~~~).*?^\1.*?$/gms, '');
}
