import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { EXIT } from '../../../src/errors.js';
import { PidFile } from '../../../src/master/pid-file.js';

const folder = mkdtempSync(join(tmpdir(), 'forkcast-pid-'));
const path = join(folder, 'server.pid');
/** Above what Linux gives out. */
const NOBODY = 2 ** 22 + 1;

beforeEach(() => rmSync(path, { force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

test('holds this process’s id as long as the server runs', () => {
  writeFileSync(path, `${NOBODY}\n`); // left by a server that was killed
  const file = new PidFile(path, false);
  file.write();
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  expect(readdirSync(folder)).toEqual(['server.pid']);
  file.remove();
  expect(existsSync(path)).toBe(false);
});

test('is left alone when another server has put its own there', () => {
  writeFileSync(path, `${NOBODY}\n`);
  new PidFile(path, false).remove();
  expect(existsSync(path)).toBe(true);
});

test('may be gone already', () => {
  expect(() => new PidFile(join(folder, 'none.pid'), false).remove()).not.toThrow();
});

test('of a server that runs is a fault of the configuration', () => {
  writeFileSync(path, `${process.ppid}\n`);
  expect(() => new PidFile(path, false).write()).toThrow(
    expect.objectContaining({
      exitCode: EXIT.BAD_CONFIG,
      message: expect.stringContaining(`a server that runs (pid ${process.ppid})`),
    }),
  );
  expect(readFileSync(path, 'utf8')).toBe(`${process.ppid}\n`);
});

test('older than the process that has its number is a dead server’s', async () => {
  const later = spawn('sleep', ['60']);
  const gone = new Promise((resolve) => later.once('exit', resolve));
  try {
    writeFileSync(path, `${later.pid}\n`);
    const file = new PidFile(path, false);
    expect(() => file.write()).toThrow();
    utimesSync(path, 0, 0);
    file.write();
    expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  } finally {
    later.kill();
    await gone;
  }
});

test('of a server that follows another has a name beside it until that one is gone', () => {
  writeFileSync(path, `${process.ppid}\n`);
  const file = new PidFile(path, true);
  file.write();
  expect(readFileSync(`${path}.2`, 'utf8')).toBe(`${process.pid}\n`);
  file.promote();
  file.promote();
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  expect(readdirSync(folder)).toEqual(['server.pid']);
});

test('that cannot be written is a fault of the configuration', () => {
  const nowhere = join(folder, 'none', 'server.pid');
  expect(() => new PidFile(nowhere, false).write()).toThrow(
    expect.objectContaining({
      exitCode: EXIT.BAD_CONFIG,
      message: expect.stringContaining(nowhere),
    }),
  );
});
