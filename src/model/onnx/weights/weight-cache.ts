/**
 * Files of weights, each named after its content:
 *
 *     KEY.weights          written under another name and linked, so it is whole or not there
 *     KEY.RANDOM.part      being written
 *     LOOK.key             the KEY of a model file that looks so (its inode, size and times):
 *                          spares the next worker reading all of it
 *
 * Processes that map the same inode share it, so a file that is there is never replaced.
 */
import { createHash, randomBytes } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import type { ByteSource } from '../byte-source.js';
import type { Range } from '../wire.js';
import { isOurs } from './cache-folder.js';
import type { ExternalForm } from './external-form.js';

const PIECE_BYTES = 1024 * 1024;
/**
 * A writer touches its file all the time. One that has been silent for this long is not waited for.
 */
const WRITER_SILENT_MS = 10_000;
/**
 * A silent writer may still be alive, waiting for the disk: its file is left alone for this long.
 */
const WRITER_DEAD_MS = 3_600_000;
const WAIT_STEP_MS = 50;
const LONGEST_WAIT_MS = 10 * 60_000;
/** A file that no worker has loaded for this long is removed when the next one is written. */
const UNUSED_MS = 30 * 24 * 3_600_000;
const OURS_ALONE = 0o600;
const NO_LINKS: ReadonlySet<string | undefined> = new Set([
  'EPERM',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
]);
const KEY = /^[0-9a-f]{64}$/;
/** Part of each key: another layout is another file. */
const LAYOUT = 'forkcast weights 1';

/**
 * The name of the file in `folder` with these weights, which is written if it is not there.
 *
 * @param modelFile the file that `source` reads
 * @throws Error where it cannot be written, or what is there cannot be trusted
 */
export function cachedWeights(
  folder: string,
  modelFile: string,
  source: ByteSource,
  form: ExternalForm,
): string {
  const key = keyOf(folder, modelFile, source, form);
  const name = `${key}.weights`;
  const path = join(folder, name);
  if (!isThere(path, form.bytes)) {
    awaitWriter(folder, key, () => isThere(path, form.bytes));
    if (!isThere(path, form.bytes)) write(folder, key, source, form);
  }
  touch(path);
  return name;
}

function isThere(path: string, bytes: number): boolean {
  const look = lstatSync(path, { throwIfNoEntry: false });
  if (look === undefined) return false;
  if (look.isFile() && look.size === bytes && isOurs(look)) return true;
  throw new Error(`${path} is not the file of weights it should be: remove it`);
}

function keyOf(folder: string, modelFile: string, source: ByteSource, form: ExternalForm): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = statSync(modelFile, { bigint: true });
  const look = createHash('sha256').update([LAYOUT, dev, ino, size, mtimeNs, ctimeNs].join(' '));
  const note = join(folder, `${look.digest('hex')}.key`);
  const noted = readNote(note);
  if (noted !== undefined) return noted;
  const hash = createHash('sha256').update(LAYOUT);
  for (const { values } of form.moved) {
    hash.update(` ${values.end - values.start} `);
    for (const piece of piecesOf(source, values)) hash.update(piece);
  }
  const key = hash.digest('hex');
  writeNote(note, key);
  return key;
}

function readNote(note: string): string | undefined {
  try {
    const key = readFileSync(note, 'latin1');
    if (!KEY.test(key)) return undefined;
    touch(note);
    return key;
  } catch {
    return undefined;
  }
}

function writeNote(note: string, key: string): void {
  const part = `${note}.${randomBytes(6).toString('hex')}.part`;
  writeFileSync(part, key, { mode: OURS_ALONE });
  renameSync(part, note);
}

/** Waits while somebody writes what we want: each worker that starts wants it at the same time. */
function awaitWriter(folder: string, key: string, isDone: () => boolean): void {
  const until = Date.now() + LONGEST_WAIT_MS;
  const sleeper = new Int32Array(new SharedArrayBuffer(4));
  while (!isDone() && Date.now() < until && isBeingWritten(folder, key)) {
    Atomics.wait(sleeper, 0, 0, WAIT_STEP_MS);
  }
}

function isBeingWritten(folder: string, key: string): boolean {
  const parts = readdirSync(folder).filter((name) => isPart(name) && name.startsWith(key));
  return parts.some((part) => ageMs(join(folder, part)) < WRITER_SILENT_MS);
}

function write(folder: string, key: string, source: ByteSource, form: ExternalForm): void {
  removeUnused(folder);
  const part = join(folder, `${key}.${randomBytes(6).toString('hex')}.part`);
  const file = openSync(part, 'wx', OURS_ALONE);
  try {
    try {
      for (const { values, offset } of form.moved) {
        let at = offset;
        for (const piece of piecesOf(source, values)) at += writeWhole(file, piece, at);
      }
      ftruncateSync(file, form.bytes);
      fsyncSync(file); // a name must never lead to what a power cut left unwritten
    } finally {
      closeSync(file);
    }
    publish(part, join(folder, `${key}.weights`));
  } finally {
    rmSync(part, { force: true });
  }
}

/** A second writer takes the file of the first, where the file system knows links. */
function publish(part: string, path: string): void {
  try {
    linkSync(part, path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return;
    if (!NO_LINKS.has(code)) throw error;
    renameSync(part, path);
  }
}

function writeWhole(file: number, bytes: Uint8Array, at: number): number {
  let written = 0;
  while (written < bytes.length) {
    written += writeSync(file, bytes, written, bytes.length - written, at + written);
  }
  return written;
}

/** All pieces share one buffer, each overwriting the last, so that a booting worker stays small. */
function* piecesOf(source: ByteSource, { start, end }: Range): Generator<Buffer> {
  const memory = Buffer.allocUnsafe(Math.min(PIECE_BYTES, end - start));
  for (let at = start; at < end; at += PIECE_BYTES) {
    const piece = memory.subarray(0, Math.min(PIECE_BYTES, end - at));
    source.copy(at, piece);
    yield piece;
  }
}

function removeUnused(folder: string): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const most = isPart(name) ? WRITER_DEAD_MS : UNUSED_MS;
    if (ageMs(path) > most) rmSync(path, { force: true });
  }
}

function isPart(name: string): boolean {
  return name.endsWith('.part');
}

/** Since it was last written or touched; 0 where it is gone meanwhile. */
function ageMs(path: string): number {
  const look = lstatSync(path, { throwIfNoEntry: false });
  return look === undefined ? 0 : Date.now() - look.mtimeMs;
}

/**
 * Marks it as used. In a folder that has become read-only nothing can be marked, and nothing is
 * removed either.
 */
function touch(path: string): void {
  try {
    const now = new Date();
    utimesSync(path, now, now);
  } catch {}
}
