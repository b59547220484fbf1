import { expect, test } from 'vitest';
import { loadFailed } from '../../../../src/master/models/control-error.js';

const refused = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ name: `m${at}`, reason: 'no file.' }));

test('who loads is told each reason', () => {
  expect(loadFailed(refused(2)).message).toBe(
    'not loaded, what was served is served on: "m0": no file; "m1": no file',
  );
});

test('of thousands of reasons the first ones are told, and how many there are', () => {
  const { message } = loadFailed(refused(10_000));
  expect(message).toMatch(/"m19": no file; and 9980 more$/);
  expect(message.length).toBeLessThan(1000);
});
