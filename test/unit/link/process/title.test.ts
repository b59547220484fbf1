import { expect, test } from 'vitest';
import { processTitle } from '../../../../src/link/process/title.js';

test('a title tells the role of a process and the name of its server', () => {
  expect(processTitle('master', 'wine')).toBe('forkcast: master [wine]');
  expect(processTitle('worker 3', 'wine')).toBe('forkcast: worker 3 [wine]');
});
