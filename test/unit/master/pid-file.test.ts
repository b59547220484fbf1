import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { EXIT } from '../../../src/errors.js';
import { removePidFile, writePidFile } from '../../../src/master/pid-file.js';

const folder = mkdtempSync(join(tmpdir(), 'forkcast-pid-'));
const path = join(folder, 'server.pid');
afterAll(() => rmSync(folder, { recursive: true }));

test('holds this process’s id as long as the server runs', () => {
  writeFileSync(path, 'left by a server that was killed\n');
  writePidFile(path);
  expect(readFileSync(path, 'utf8')).toBe(`${process.pid}\n`);
  removePidFile(path);
  expect(existsSync(path)).toBe(false);
});

test('is left alone when another server has put its own there', () => {
  writeFileSync(path, `${process.pid + 1}\n`);
  removePidFile(path);
  expect(existsSync(path)).toBe(true);
});

test('may be gone already', () => {
  expect(() => removePidFile(join(folder, 'none.pid'))).not.toThrow();
});

test('that cannot be written is a fault of the configuration', () => {
  const nowhere = join(folder, 'none', 'server.pid');
  expect(() => writePidFile(nowhere)).toThrow(
    expect.objectContaining({
      exitCode: EXIT.BAD_CONFIG,
      message: expect.stringContaining(nowhere),
    }),
  );
});
