/** Whether a model's folder has changed, without reading a file: for who watches it. */
import { lstat, readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** A folder with more entries is compared by its first ones only. */
const MOST_ENTRIES = 10_000;
const MOST_DEPTH = 8;

/**
 * Names, sizes, times and inodes of everything below `path`, as one text to be compared with
 * another of the same `path`: alike as long as nothing has changed. Where nothing is, it is ''.
 * Links are followed while they stay inside `root` (the repository); of others it tells where
 * they point. Never rejects.
 */
export async function fingerprint(path: string, root: string): Promise<string> {
  const look: Look = { root: await real(root), lines: [] };
  await addEntry(look, path, '', 0);
  return look.lines.join('\n');
}

type Look = { readonly root: string; readonly lines: string[] };

async function addEntry(look: Look, path: string, name: string, depth: number): Promise<void> {
  if (look.lines.length >= MOST_ENTRIES) return;
  try {
    const own = await lstat(path, { bigint: true });
    const isLink = own.isSymbolicLink();
    const target = isLink ? await real(path) : path;
    look.lines.push(`${name} ${own.ino} ${own.size} ${own.mtimeNs}${isLink ? ` ${target}` : ''}`);
    if (isLink && !`${target}/`.startsWith(`${look.root}/`)) return;
    const info = isLink ? await stat(path, { bigint: true }) : own;
    if (isLink) look.lines.push(`${name} ${info.ino} ${info.size} ${info.mtimeNs}`);
    if (!info.isDirectory() || depth === MOST_DEPTH) return;
    for (const entry of (await readdir(path)).sort()) {
      await addEntry(look, join(path, entry), `${name}/${entry}`, depth + 1);
    }
  } catch {
    // Gone between two looks: the next look tells another text.
  }
}

async function real(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    return path;
  }
}
