import { expect, test } from 'vitest';
import readability from '../../../models/readability/model.js';

const context = { requestId: 'r', signal: new AbortController().signal };

function score(...texts: string[]): unknown {
  const text = { dtype: 'string', shape: [texts.length], data: texts } as const;
  return readability.predict({ text }, context);
}

// By hand: 6 words, 1 sentence, 6 syllables, so 206.835 − 1.015·6 − 84.6·1 and 0.39·6 + 11.8·1 − 15.59.
test('follows both formulas', () => {
  expect(score('The cat sat on the mat.')).toEqual({ reading_ease: [116.15], grade: [-1.45] });
});

// 8 words, 2 sentences, 12 syllables: ta-ble, used, time, lit-tle, rea-ding, played, wan-ted, a.
test('counts silent and spoken e', () => {
  const { reading_ease: ease } = score('Table used time little. Reading played wanted a.') as {
    reading_ease: number[];
  };
  expect(ease[0]).toBeCloseTo(206.835 - 1.015 * 4 - 84.6 * (12 / 8), 2);
});

test('a text without words is refused', () => {
  expect(() => score('Yes.', '123')).toThrow(
    'input "text" at row 1: expected English words, got none',
  );
});
