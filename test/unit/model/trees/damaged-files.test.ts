/** Files with random damage load, or are refused in a plain sentence; nothing hangs. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { evaluate, fixtureFiles, fixturePath, loadTrees, randomNumbers } from './fixture-models.js';

const ROUNDS = 60;
const TOKENS = [
  '-1',
  '0',
  '7',
  '1e9',
  '2147483648',
  '-1e400',
  'NaN',
  'null',
  '"x"',
  '[]',
  '{}',
  '',
];

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'forkcast-damaged-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Cut, overwritten, taken from elsewhere, or another number where there was one. */
function damaged(content: Buffer, random: (most: number) => number): Buffer {
  const place = random(content.length);
  switch (random(4)) {
    case 0:
      return content.subarray(0, place);
    case 1: {
      const copy = Buffer.from(content);
      copy.fill(random(256), place, Math.min(copy.length, place + 1 + random(4)));
      return copy;
    }
    case 2: {
      const from = random(content.length);
      const taken = content.subarray(from, from + random(40));
      return Buffer.concat([
        content.subarray(0, place),
        taken,
        content.subarray(place + random(40)),
      ]);
    }
    default:
      return otherNumber(content, place, random);
  }
}

function otherNumber(content: Buffer, place: number, random: (most: number) => number): Buffer {
  const text = content.toString('latin1');
  const found = /-?\d[\d.eE+-]*/g;
  found.lastIndex = place;
  const match = found.exec(text);
  if (match === null) return content;
  const end = match.index + match[0].length;
  const token = TOKENS[random(TOKENS.length)] ?? '';
  return Buffer.from(text.slice(0, match.index) + token + text.slice(end), 'latin1');
}

test.each([...fixtureFiles('xgb-'), ...fixtureFiles('lgb-')])('%s', async (name) => {
  const random = randomNumbers(name.length);
  const content = readFileSync(fixturePath(name));
  const file = join(folder, `damaged${extname(name)}`);
  for (let round = 0; round < ROUNDS; round++) {
    const times = 1 + random(3);
    let bytes: Buffer = content;
    for (let i = 0; i < times; i++) if (bytes.length > 0) bytes = damaged(bytes, random);
    writeFileSync(file, bytes);
    const model = await loadTrees(file).catch((error: Error) => {
      // A TypeError or RangeError is a check that is not there.
      expect(error.constructor, error.stack).toBe(Error);
      expect(error.message).not.toMatch(/undefined|\[object/);
    });
    const width = model?.signature.inputs[0]?.shape[1] ?? 0;
    if (model === undefined || width > 1000) continue;
    const row = Array.from({ length: width }, () => (random(4) === 0 ? null : random(100) - 50));
    const { shape } = evaluate(model, [row, row, row, row, row]);
    expect(shape[0]).toBe(5);
  }
});
