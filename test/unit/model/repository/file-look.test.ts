import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { fileLook } from '../../../../src/model/repository/file-look.js';
import { temporaryFolder } from '../../../fixtures/temporary-folder.js';

test('a file looks the same until it is written anew, and like nothing when it is gone', () => {
  const path = join(temporaryFolder(), 'one.mjs');
  expect(fileLook(path)).toBe('');
  writeFileSync(path, 'a');
  const look = fileLook(path);
  expect(look).not.toBe('');
  expect(fileLook(path)).toBe(look);
  writeFileSync(path, 'ab');
  expect(fileLook(path)).not.toBe(look);
  rmSync(path);
  expect(fileLook(path)).toBe('');
});
