import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT: string = fileURLToPath(new URL('../../..', import.meta.url));

export type Import = {
  /** The name of a package, `node:…`, or a path below src/ ending in `.ts` (or `.cts`). */
  readonly of: string;
  readonly isTypeOnly: boolean;
};

export type SourceFile = {
  /** Below src/, with `/`. */
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly Import[];
};

export function sourceFiles(): SourceFile[] {
  const paths = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' });
  return paths
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.c?ts$/.test(path))
    .sort()
    .map((path) => readSource(path));
}

function readSource(path: string): SourceFile {
  const text = readFileSync(join(ROOT, 'src', path), 'utf8');
  const lines = text.trimEnd().split('\n').length;
  return { path, text, lines, imports: importsOf(text, path) };
}

const STATIC = /^(?:import|export)\s(?:(?<clause>[^;'"=]*?)\bfrom\s)?\s*'(?<from>[^']+)';?$/gm;
const DYNAMIC = /\bimport\(\s*'(?<from>[^']+)'\s*\)/g;

/** What a file at `path` imports: static, re-exported and dynamic. */
export function importsOf(text: string, path: string): Import[] {
  const found = [
    ...[...text.matchAll(STATIC)].map(({ groups }) => ({
      from: groups?.from ?? '',
      isTypeOnly: isTypeClause(groups?.clause ?? ''),
    })),
    ...[...text.matchAll(DYNAMIC)].map(({ groups }) => ({
      from: groups?.from ?? '',
      isTypeOnly: false,
    })),
  ];
  return found.map(({ from, isTypeOnly }) => ({ of: resolveImport(from, path), isTypeOnly }));
}

function isTypeClause(clause: string): boolean {
  if (clause.trimStart().startsWith('type ')) return true;
  const names = /^\s*\{(?<names>[^}]*)\}\s*$/.exec(clause)?.groups?.names;
  const parts = names?.split(',').filter((name) => name.trim() !== '') ?? [];
  return parts.length > 0 && parts.every((name) => name.trimStart().startsWith('type '));
}

function resolveImport(from: string, path: string): string {
  if (!from.startsWith('.')) return from;
  return posix.join(dirname(path), from).replace(/\.js$/, '.ts');
}

/** The folder below src/ that a file lives in; the file itself when it lives in none. */
export function roomOf(path: string): string {
  return path.includes('/') ? (path.split('/')[0] ?? path) : path;
}
